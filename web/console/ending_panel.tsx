import { useEffect, useState } from "preact/hooks";
import "../shared/field.css";
import { money } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { Choices } from "./change_dialogs.tsx";
import { type Delivery, aboard } from "./frames.ts";
import { useLateDesk } from "./late/words.ts";

type How = "return" | "lost" | "damaged";
const REASON_CHARACTERS = 500;
const AMOUNT = /^\d{1,10}(\.\d{1,2})?$/;

/** A parcel that does not arrive: it goes back to its seller, or was lost or damaged; what follows is said before, with the sum. `left`: so often it may still be tried. */
export function EndingPanel({ delivery, left }: { delivery: Delivery; left: number | null }) {
  const { say, calls, actions, language } = useLateDesk();
  const [how, setHow] = useState<How | null>(null); // money goes back: nobody guesses it
  const [reason, setReason] = useState("");
  const [amount, setAmount] = useState("");
  const [sure, setSure] = useState(false);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState("");
  const [back, setBack] = useState<number | null>(null); // what goes back where nothing else is said; null while it is not known
  const loses = how === "lost" || how === "damaged";
  useEffect(() => {
    if (!loses) return;
    let wanted = true;
    setBack(null);
    calls.outlook(delivery.id).then((found) => wanted && setBack(found.left), () => undefined); // it is said what follows, without the sum
    return () => {
      wanted = false;
    };
  }, [delivery.id, delivery.status, loses]);
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
      actions.say("ending.done", { number: delivery.tracking_number, what: endedWords() }, null, delivery.id); // the panel goes with its parcel
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setPending(false);
  };
  const endedWords = (): string => {
    const goes_back = how === "damaged" && amount !== "" ? Number(amount) : back;
    return [say(`ending.${how ?? "lost"}`), ...(loses && goes_back !== null ? [say("ending.back", { amount: money(goes_back, language) })] : [])].join(" · ");
  };

  return (
    <details class="ending end">
      <summary>{say("ending.title")}</summary>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (fits && !pending) void send();
        }}
      >
        <Choices<How> legend={say("ending.how")} all={ways} chosen={how} onChoose={setHow} words={(one) => say(`ending.${one}`)} />
        {known && <p class="small quiet" role="status">{say(`ending.${how}.then`)}{loses && back !== null && ` ${say("ending.left", { amount: money(back, language) })}`}{how === "return" && left !== null && ` ${left > 0 ? say("ending.return.before", { count: left }) : say("tries.none_left")}`}</p>}
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
