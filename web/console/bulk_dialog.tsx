// One change to all that are chosen, each with its own result.
import { useState } from "preact/hooks";
import { type BulkChange, type BulkResults, type CancelReason, CANCEL_REASONS, MOST_CHANGED, PRIORITIES } from "./calls.ts";
import { Asking, Choices, Note, ReasonFields, UNSAID, isSaid, useSending } from "./change_dialogs.tsx";
import { CourierPicker } from "./courier_picker.tsx";
import { useLateDesk } from "./late/words.ts";
import { Dialog } from "./dialogs.tsx";
import type { Delivery, Priority } from "./frames.ts";
import { ParcelName } from "./parcel_name.tsx";

const OPERATIONS = ["unassign", "reassign", "change_priority", "cancel"] as const;

export function BulkDialog({ deliveries }: { deliveries: readonly Delivery[] }) {
  const { say, changes, actions } = useLateDesk();
  // What was chosen when the dialog opened: who is delivered meanwhile has a result too.
  const [chosen] = useState(deliveries);
  const [operation, setOperation] = useState<(typeof OPERATIONS)[number]>(deliveries.some((one) => one.status === "assigned") ? "unassign" : "change_priority");
  const [why, setWhy] = useState(UNSAID);
  const [cancel_reason, setCancelReason] = useState<CancelReason | null>(null);
  const [priority, setPriority] = useState<Priority>("high");
  const [taker, setTaker] = useState<number | null>(null);
  const { sending, problem, send } = useSending();
  const [done, setDone] = useState<BulkResults | null>(null);
  if (done !== null) return <Results done={done} deliveries={chosen} />;
  /** Null while the reason is not chosen. */
  const change = (): BulkChange | null => {
    if (operation === "cancel") return cancel_reason === null ? null : { operation, cancel_reason, note: why.note };
    if (operation === "change_priority") return { operation, priority };
    if (!isSaid(why)) return null;
    return operation === "reassign" ? { operation, ...why, transporter_id: taker } : { operation, ...why };
  };
  const changeAll = (): void => {
    const wanted = change();
    if (wanted !== null) void send(async () => setDone(await changes.changeMany(chosen, wanted)));
  };
  return (
    <Asking title={say("bulk.title", { count: chosen.length })} action={say(`bulk.${operation}`)} sending={sending} blocked={chosen.length > MOST_CHANGED} missing={change() === null ? say("why.missing") : ""} onSend={changeAll} onCancel={() => actions.tell("bulk.kept", { count: chosen.length })}>
      {chosen.length > MOST_CHANGED && <p class="problem" role="alert">{say("bulk.too_many", { most: MOST_CHANGED })}</p>}
      <Choices legend={say("bulk.what")} all={OPERATIONS} chosen={operation} onChoose={setOperation} words={(one) => say(`bulk.${one}`)} />
      {operation === "reassign" && (
        <>
          <p class="small quiet">{say("bulk.best")}</p>
          <CourierPicker label={say("reassign.to")} chosen={taker} onChoose={setTaker} />
        </>
      )}
      {(operation === "unassign" || operation === "reassign") && <ReasonFields why={why} onWhy={setWhy} />}
      {operation === "change_priority" && <Choices<Priority> legend={say("priority")} all={PRIORITIES} chosen={priority} onChoose={setPriority} words={(one) => say(`priority.${one}`)} />}
      {operation === "cancel" && (
        <>
          <p class="problem">{say("cancel.words")}</p>
          <Choices<CancelReason> legend={say("take_back.why")} all={CANCEL_REASONS} chosen={cancel_reason} onChoose={setCancelReason} words={(one) => say(`cancel.${one}`)} />
          <Note note={why.note} onNote={(note) => setWhy({ ...why, note })} />
        </>
      )}
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
    </Asking>
  );
}

function Results({ done, deliveries }: { done: BulkResults; deliveries: readonly Delivery[] }) {
  const { say, open, board } = useLateDesk();
  const were = new Map(deliveries.map((one) => [one.id, one])); // what was cancelled is gone from the board
  return (
    <Dialog title={say(done.failed === 0 ? "bulk.done" : "bulk.done.partly", { count: done.successful, failed: done.failed })} onClose={() => open(null)}>
      <ul class="results scroll plan" tabIndex={0} aria-label={say("bulk.results")}>
        {done.failures.map((one) => (
          <li key={one.delivery_id}><ParcelName id={one.delivery_id} number={were.get(one.delivery_id)?.tracking_number ?? `#${one.delivery_id}`} way={were.get(one.delivery_id)} /> <span class="problem">{one.reason ?? one.error}</span></li>
        ))}
        {done.changed.map((one) => (
          <li key={one.delivery_id}>
            <ParcelName id={one.delivery_id} number={one.tracking_number} way={were.get(one.delivery_id)} />{" "}
            <span>{[say(`status.${one.status}`), say(`priority.${one.priority}`), board.nameOf(one.transporter_id)].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
      <p class="actions"><button type="button" class="button first" onClick={() => open(null)}>{say("console.close")}</button></p>
    </Dialog>
  );
}
