import { useState } from "preact/hooks";
import { problemOf } from "../shared/problems.ts";
import { Choices } from "./change_dialogs.tsx";
import { type Delivery, aboard } from "./frames.ts";
import { useLateDesk } from "./late/words.ts";

type How = "return" | "lost" | "damaged";
const REASON_CHARACTERS = 500;
const AMOUNT = /^\d{1,10}(\.\d{1,2})?$/;

/** A parcel that does not arrive: it goes back to its seller, or was lost or damaged; what follows is said before. */
export function EndingPanel({ delivery }: { delivery: Delivery }) {
  const { say, calls } = useLateDesk();
  const [how, setHow] = useState<How | null>(null); // money goes back: nobody guesses it
  const [reason, setReason] = useState("");
  const [amount, setAmount] = useState("");
  const [sure, setSure] = useState(false);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState("");
  const ways: readonly How[] = aboard(delivery) ? ["return", "lost", "damaged"] : ["lost", "damaged"];
  const known = how !== null && ways.includes(how);
  const fits = known && reason.trim() !== "" && (how !== "damaged" || amount === "" || AMOUNT.test(amount)) && (how === "return" || sure);

  const send = async (): Promise<void> => {
    setPending(true);
    setProblem("");
    const why = { reason: reason.trim() };
    try {
      if (how === "return") await calls.end(delivery.id, "return", why);
      else await calls.end(delivery.id, "loss", { ...why, ending: how, ...(how === "damaged" && amount !== "" ? { amount: Number(amount) } : {}) });
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setPending(false);
  };
  return (
    <details class="ending end">
      <summary>{say("ending.title")}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (fits && !pending) void send();
        }}
      >
        <Choices<How> legend={say("ending.how")} all={ways} chosen={how} onChoose={setHow} words={(one) => say(`ending.${one}`)} />
        {known && <p class="small quiet" role="status">{say(`ending.${how}.then`)}</p>}
        <label>{say("ending.why")}<input value={reason} maxLength={REASON_CHARACTERS} autocomplete="off" onInput={(event) => setReason(event.currentTarget.value)} /></label>
        {how === "damaged" && (
          <label>{say("ending.amount")}<input value={amount} inputMode="decimal" autocomplete="off" onInput={(event) => setAmount(event.currentTarget.value.trim())} /></label>
        )}
        {known && how !== "return" && (
          <label class="choice"><input type="checkbox" checked={sure} onChange={(event) => setSure(event.currentTarget.checked)} />{say("ending.sure")}</label>
        )}
        <p class="actions"><button class="button" disabled={!fits || pending}>{say("ending.send")}</button></p>
        {problem !== "" && <p class="problem small" role="alert">{problem}</p>}
      </form>
    </details>
  );
}
