// Whether the other parcels for the same door change hands with this one. Nobody is taken to have them in hand before saying so.
import type { Job } from "./jobs.ts";
import type { HandoverKind } from "./questions.ts";
import type { CourierSay } from "./words.ts";

interface Asked {
  kind: HandoverKind;
  others: readonly Job[];
  chosen: readonly number[];
  name: string;
  busy: boolean;
  say: CourierSay;
  onChange: (id: number, chosen: boolean) => void;
}

export function TogetherQuestion({ kind, others, chosen, name, busy, say, onChange }: Asked) {
  return (
    <fieldset class="reasons together">
      <legend>{say(kind === "pickup" ? "together.pickup" : "together.deliver", { name })}</legend>
      {others.map((one) => (
        <label key={one.id} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(one.id)}
            disabled={busy}
            onChange={(event) => onChange(one.id, event.currentTarget.checked)}
          />
          <span>{say("parcel.weight", { weight: one.package_weight })} · <span class="number">{one.tracking_number}</span></span>
        </label>
      ))}
      {chosen.length > 0 && <p class="quiet">{say("together.proof", { count: chosen.length + 1 })}</p>}
    </fieldset>
  );
}
