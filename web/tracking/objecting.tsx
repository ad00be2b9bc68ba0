// What was told as delivered did not come so: its buyer, or whoever knows the code, says it here, and reads what came of it.
import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { clock } from "../shared/times.ts";
import type { Parcel } from "./parcel.ts";
import type { Say } from "./speech.ts";

type Reason = components["schemas"]["ObjectionReason"];
const REASONS: readonly Reason[] = ["not_received", "incomplete", "damaged", "other_goods", "other"];
const MOST_SIGNS = 1000;

interface Given {
  parcel: Parcel;
  client: Client;
  /** Whether its buyer is signed in there; else the code stands for whoever looks. */
  signed: boolean;
  /** What `unlock/` answered, where somebody typed the code. */
  unlock: string;
  now: number;
  language: Language;
  say: Say;
  onDone: () => void;
}

/** Nothing for whoever may not object, and is told of no objection. */
export function Objecting({ parcel, client, signed, unlock, now, language, say, onDone }: Given) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<Reason>("not_received");
  const [note, setNote] = useState("");
  const acting = useActing<null>(say, async () => {
    const way = signed ? "" : `by-code/?${new URLSearchParams({ unlock })}`;
    const path = `/api/deliveries/${encodeURIComponent(parcel.tracking_number)}/objection/${way}`;
    await client.call(path, { method: "POST", body: { reason, note: note.trim() }, signed });
    setOpen(false);
    onDone();
  });
  const { objection, objects_until } = parcel;
  if (objection !== null) {
    return (
      <section class="card" aria-labelledby="objection">
        <h2 id="objection">{say(`objection.${objection.status}`)}</h2>
        <p>{say(`objection.${objection.status}.help`)}</p>
        {objection.answer !== "" && <p class="note">{objection.answer}</p>}
        <p class="quiet">{say("objection.said", { what: say(`objection.reason.${objection.reason}`), at: clock(Date.parse(objection.made_at), now, language) })} {objection.note}</p>
      </section>
    );
  }
  if (objects_until === null || Date.parse(objects_until) <= now) return null;
  return (
    <section class="card" aria-labelledby="objecting">
      <h2 id="objecting">{say("objecting.title")}</h2>
      {!open && <p class="quiet">{say("objecting.until", { at: clock(Date.parse(objects_until), now, language) })}</p>}
      {!open && <button type="button" class="button" onClick={() => setOpen(true)}>{say("objecting.open")}</button>}
      {open && (
        <form class="objecting" onSubmit={(event) => { event.preventDefault(); void acting.start(null); }}>
          <fieldset>
            <legend>{say("objecting.what")}</legend>
            {REASONS.map((one) => (
              <label key={one} class="check">
                <input type="radio" name="objection" checked={one === reason} onChange={() => setReason(one)} />
                {say(`objection.reason.${one}`)}
              </label>
            ))}
          </fieldset>
          <label>
            {say("objecting.note")}
            <textarea rows={3} maxLength={MOST_SIGNS} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <p class="quiet">{say("objecting.then")}</p>
          <div class="actions">
            <button class="button first" disabled={acting.pending}>{say("objecting.send")}</button>
            <button type="button" class="button" disabled={acting.pending} onClick={() => setOpen(false)}>{say("objecting.leave")}</button>
          </div>
        </form>
      )}
      <p class="problem" role="alert">{acting.problem}</p>
    </section>
  );
}
