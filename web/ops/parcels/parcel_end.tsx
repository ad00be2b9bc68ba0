// An admin ends a parcel in whatever state it is, also once it has arrived: it goes back, or was lost or damaged.
import { useEffect, useMemo, useState } from "preact/hooks";
import "../../shared/field.css";
import { useActing } from "../../shared/acting.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Field } from "../../shared/field.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { type Language, money } from "../../shared/numbers.ts";
import { speaker } from "../../shared/words.ts";
import { type How, type Parcel, requestOf, waysOf } from "./ends.ts";
import own from "./words.json";

type Loss = components["schemas"]["LossAnswer"];
type Return = components["schemas"]["ReturnAnswer"];
type Outlook = components["schemas"]["LossOutlook"];

interface Given {
  id: number;
  client: Client;
  language: Language;
  onDone: () => void;
}

export function ParcelEnd({ id, client, language, onDone }: Given) {
  const say = useMemo(() => speaker(language, own), [language]);
  const parcel = useLoading(() => client.call<Parcel>(`/api/deliveries/${id}/`), [id]);
  return (
    <Loaded of={parcel} language={language} say={say}>
      {(shown) => shown.ending === null ? <EndForm id={id} ways={waysOf(shown)} client={client} language={language} say={say} onDone={onDone} /> : <p>{say(`ended.${shown.ending}`)}</p>}
    </Loaded>
  );
}

function EndForm({ id, ways, client, language, say, onDone }: Given & { ways: readonly How[]; say: ReturnType<typeof speaker<typeof own>> }) {
  const [how, setHow] = useState<How | null>(null); // money goes back: nobody guesses it
  const [form, setForm] = useState({ reason: "", amount: "", sure: false });
  const change = (changes: Partial<typeof form>): void => setForm({ ...form, ...changes });
  const choose = (way: How): void => {
    setHow(way);
    change({ sure: false }); // who was sure was so of the other way
  };
  const [done, setDone] = useState("");
  const path = `/api/deliveries/${id}/`;
  const loses = how === "lost" || how === "damaged";
  const left = useLeft(client, path, loses);
  const ending = useActing<ReturnType<typeof requestOf>>(say, async ({ step, body }, key) => {
    const send = <Answer,>(): Promise<Answer> => client.call<Answer>(`${path}${step}/`, { method: "POST", body, idempotencyKey: key });
    if (step === "return") setDone(say("end.done.return", { number: (await send<Return>()).delivery.tracking_number }));
    else {
      const { refund } = await send<Loss>();
      setDone(refund == null ? say("end.done") : say("end.done.back", { amount: money(refund.amount, language) }));
    }
    onDone();
  });
  if (done !== "") return <p role="status">{done}</p>;
  return (
    <form
      class="fields"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (how !== null) void ending.start(requestOf(how, form)); // another reason or amount is another request
      }}
    >
      <fieldset>
        <legend>{say("end.how")}</legend>
        {ways.map((one) => <label key={one} class="choice"><input type="radio" name={`how ${id}`} checked={how === one} onChange={() => choose(one)} />{say(`end.${one}`)}</label>)}
      </fieldset>
      {how !== null && <p class="quiet" role="status">{say(`end.${how}.then`)}{loses && left !== null && ` ${say("end.left", { amount: money(left, language) })}`}</p>}
      <Field label={say("end.why")} name="reason" lines={2} value={form.reason} onValue={(reason) => change({ reason })} problem={ending.fields["reason"]} />
      {how === "damaged" && <Field label={say("end.amount")} name="amount" value={form.amount} onValue={(amount) => change({ amount: amount.trim() })} problem={ending.fields["amount"]} more={{ inputMode: "decimal" }} />}
      <label class="choice"><input type="checkbox" checked={form.sure} onChange={(event) => change({ sure: event.currentTarget.checked })} />{say("end.sure")}</label>
      <p class="problem" role="alert">{ending.problem}</p>
      <button class="button" disabled={how === null || !form.sure || ending.pending}>{say("end.send")}</button>
    </form>
  );
}

/** What would go back to its buyer were all of it lost now; null while that is not known. */
function useLeft(client: Client, path: string, loses: boolean): number | null {
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    let wanted = true;
    if (loses) client.call<Outlook>(`${path}loss/`).then((found) => wanted && setLeft(found.left), () => undefined); // it is said what follows, without the sum
    return () => {
      wanted = false;
    };
  }, [path, loses]);
  return left;
}
