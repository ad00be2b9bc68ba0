// Whether all of a parcel's goods are handed over. Mostly they are, so this is closed until somebody says no.
import type { Proof } from "./proofs.ts";
import type { CourierSay } from "./words.ts";

export const PART_REASONS = ["refused_by_customer", "damaged", "missing"] as const;

interface Asked {
  /** What the parcel holds, by its name: "4 × Organic Rice"; empty where this phone does not know it. */
  goods: string;
  quantity: number;
  accepted: number | null;
  reason: string;
  busy: boolean;
  say: CourierSay;
  onChange: (some: Pick<Proof, "accepted" | "partial_reason">) => void;
}

export function PartQuestion({ goods, quantity, accepted, reason, busy, say, onChange }: Asked) {
  const count = accepted ?? quantity;
  const set = (next: number): void =>
    onChange(next >= quantity ? { accepted: null, partial_reason: "" } : { accepted: Math.max(1, next), partial_reason: reason === "" ? PART_REASONS[0] : reason });
  return (
    <details class="part" open={accepted !== null}>
      <summary>
        <span>{accepted === null ? say("part.all", { count: quantity }) : say("part.some", { accepted, quantity })}</span>
        {goods !== "" && <span class="quiet goods">{say("part.goods", { goods })}</span>}
      </summary>
      <p class="quiet">{say("part.what_for")}</p>
      <p id="part-how-many">{say("part.how_many")}</p>
      <div class="pieces" role="group" aria-labelledby="part-how-many">
        <button type="button" class="button" aria-label={say("part.less")} disabled={busy || count <= 1} onClick={() => set(count - 1)}>−</button>
        <span class="number" role="status">{say("part.count", { accepted: count, quantity })}</span>
        <button type="button" class="button" aria-label={say("part.more")} disabled={busy || count >= quantity} onClick={() => set(count + 1)}>+</button>
      </div>
      {accepted !== null && (
        <fieldset class="reasons">
          <legend>{say("part.why")}</legend>
          {PART_REASONS.map((one) => (
            <label key={one} class="check">
              <input type="radio" name="part" checked={one === reason} disabled={busy} onChange={() => onChange({ accepted, partial_reason: one })} />
              {say(`part.${one}`)}
            </label>
          ))}
        </fieldset>
      )}
      {accepted !== null && <p class="quiet">{say(reason === "refused_by_customer" ? "part.comes_back" : "part.given_back")}</p>}
      {accepted === null && <p class="quiet">{say("part.none")}</p>}
    </details>
  );
}
