// What the recipient of a parcel objects to, above what proved the delivery, and the answer to it.
import "../../shared/field.css";
import { useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { useLoading } from "../../shared/loading.tsx";
import { clock } from "../../shared/times.ts";
import type { Details } from "../calls.ts";
import { Choices } from "../change_dialogs.tsx";
import { type Decision, type Objection, decisionOf, objectionOf } from "./objections.ts";
import { useLateDesk } from "./words.ts";

const REASON_CHARACTERS = 500;
const AMOUNT = /^\d{1,10}(\.\d{1,2})?$/;
const WAYS: readonly Decision[] = ["lost", "damaged", "reject"];
const RENEWED_MS = 30_000;

export function ObjectionPanel({ details, onDecided }: { details: Details; onDecided: () => void }) {
  const { say, calls, now, language } = useLateDesk();
  const { value, reload } = useLoading(() => objectionOf(calls.client, details.id, details.tracking_number), [details.id], RENEWED_MS);
  if (value === null) return null;
  const decided = (): void => {
    void reload();
    onDecided();
  };
  return (
    <section class="card" aria-labelledby="objection">
      <h3 id="objection" class="small quiet">{say("objection.title")}</h3>
      <p><strong>{say(`objection.reason.${value.reason}`)}</strong> {value.note}</p>
      <p class="small quiet">{say(`objection.by.${value.made_by}`, { name: value.buyer_name, at: clock(Date.parse(value.made_at), now, language) })}</p>
      {value.status === "open" ? <Answer one={value} onDecided={decided} /> : <p>{say(`objection.${value.status}`)} <span class="quiet">{value.answer}</span></p>}
    </section>
  );
}

function Answer({ one, onDecided }: { one: Objection; onDecided: () => void }) {
  const { say, calls } = useLateDesk();
  const [how, setHow] = useState<Decision | null>(null); // money goes back: nobody guesses it
  const [reason, setReason] = useState("");
  const [amount, setAmount] = useState("");
  const acting = useActing<{ path: string; body: Record<string, unknown> }>(say, async ({ path, body }) => {
    await calls.client.call(path, { method: "POST", body });
    onDecided();
  });
  const why = reason.trim();
  const fits = how !== null && why !== "" && (how !== "damaged" || amount === "" || AMOUNT.test(amount));
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        if (how !== null && fits && !acting.pending) void acting.start(decisionOf(one.id, how, why, amount));
      }}
    >
      <Choices<Decision> legend={say("objection.answer")} all={WAYS} chosen={how} onChoose={setHow} words={(way) => say(`objection.way.${way}`)} />
      <label>{say("objection.why")}<input value={reason} maxLength={REASON_CHARACTERS} autocomplete="off" onInput={(event) => setReason(event.currentTarget.value)} /></label>
      {how === "damaged" && <label>{say("ending.amount")}<input value={amount} inputMode="decimal" autocomplete="off" onInput={(event) => setAmount(event.currentTarget.value.trim())} /></label>}
      <p class="actions"><button class="button" disabled={!fits || acting.pending}>{say(acting.pending ? "change.pending" : "objection.send")}</button></p>
      <p class="problem" role="alert">{acting.problem}</p>
    </form>
  );
}
