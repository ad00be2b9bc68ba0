// A person lets a parcel wait: who, why and until when, and how that ends; else how it begins.
import "../../shared/field.css";
import "./hold_panel.css";
import { useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { clock } from "../../shared/times.ts";
import type { Details } from "../calls.ts";
import { Choices } from "../change_dialogs.tsx";
import { type Delivery, onHold } from "../frames.ts";
import { useLateDesk } from "./words.ts";

const REASON_CHARACTERS = 300;
const HOUR_MS = 3_600_000;
const LASTS = { open: null, "1": HOUR_MS, "3": 3 * HOUR_MS, "24": 24 * HOUR_MS } as const;
type Lasts = keyof typeof LASTS;
const ALL: readonly Lasts[] = ["1", "3", "24", "open"];

export function HoldPanel({ delivery, details }: { delivery: Delivery; details: Details | null }) {
  const { now } = useLateDesk();
  return onHold(delivery, now) ? <Held delivery={delivery} details={details} /> : <HoldForm delivery={delivery} />;
}

function Held({ delivery, details }: { delivery: Delivery; details: Details | null }) {
  const { say, changes, now, language } = useLateDesk();
  const until = delivery.on_hold?.until ?? null;
  const told = details?.on_hold ?? null; // comes a moment later than the frame
  const acting = useActing<Delivery>(say, (held) => changes.resume(held, told?.reason == null ? null : { reason: told.reason, until }));
  return (
    <section class="card hold" aria-labelledby="on-hold">
      <h3 id="on-hold" class="small quiet">{say("hold.title")}</h3>
      <p><strong>{until === null ? say("hold.open_end") : say("hold.until", { at: clock(until, now, language) })}</strong></p>
      {told !== null && (
        <p>{told.reason} <span class="small quiet">{say("hold.by", { name: told.by_name ?? `#${told.by ?? ""}`, at: clock(Date.parse(told.since), now, language) })}</span></p>
      )}
      <p class="actions"><button type="button" class="button" disabled={acting.pending} onClick={() => void acting.start(delivery)}>{say(acting.pending ? "change.pending" : "hold.resume")}</button></p>
      <p class="problem" role="alert">{acting.problem}</p>
    </section>
  );
}

function HoldForm({ delivery }: { delivery: Delivery }) {
  const { say, changes, now } = useLateDesk();
  const [lasts, setLasts] = useState<Lasts>("open");
  const [reason, setReason] = useState("");
  const acting = useActing<{ why: string; until: number | null }>(say, ({ why, until }) => changes.hold(delivery, { reason: why, until }));
  const why = reason.trim();
  return (
    <details class="hold">
      <summary>{say("hold.open")}</summary>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          const for_ms = LASTS[lasts];
          if (why !== "" && !acting.pending) void acting.start({ why, until: for_ms === null ? null : now + for_ms });
        }}
      >
        <p class="small quiet">{say("hold.then")}</p>
        <Choices<Lasts> legend={say("hold.how_long")} all={ALL} chosen={lasts} onChoose={setLasts} words={(one) => say(`hold.for.${one}`)} />
        <label>{say("hold.why")}<input value={reason} maxLength={REASON_CHARACTERS} autocomplete="off" onInput={(event) => setReason(event.currentTarget.value)} /></label>
        <p class="actions"><button class="button" disabled={why === "" || acting.pending}>{say(acting.pending ? "change.pending" : "hold.send")}</button></p>
        <p class="problem" role="alert">{acting.problem}</p>
      </form>
    </details>
  );
}
