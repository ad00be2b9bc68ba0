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
import own from "./words.json";

type How = "return" | "lost" | "damaged";
type Loss = components["schemas"]["LossAnswer"];
type Return = components["schemas"]["ReturnAnswer"];
type Outlook = components["schemas"]["LossOutlook"];
const WAYS: readonly How[] = ["return", "lost", "damaged"];

interface Given {
  number: string;
  client: Client;
  language: Language;
  onDone: () => void;
}

export function ParcelEnd({ number, client, language, onDone }: Given) {
  const say = useMemo(() => speaker(language, own), [language]);
  // An order knows its parcels by their tracking numbers, which this answer takes for a name.
  const parcel = useLoading(() => client.call<Pick<components["schemas"]["ProofOfDelivery"], "delivery_id">>(`/api/deliveries/${encodeURIComponent(number)}/proof/`), [number]);
  return (
    <Loaded of={parcel} language={language} say={say}>
      {({ delivery_id }) => <EndForm id={delivery_id} client={client} language={language} say={say} onDone={onDone} />}
    </Loaded>
  );
}

function EndForm({ id, client, language, say, onDone }: Omit<Given, "number"> & { id: number; say: ReturnType<typeof speaker<typeof own>> }) {
  const [how, setHow] = useState<How | null>(null); // money goes back: nobody guesses it
  const [form, setForm] = useState({ reason: "", amount: "", sure: false });
  const change = (changes: Partial<typeof form>): void => setForm({ ...form, ...changes });
  const [left, setLeft] = useState<number | null>(null);
  const [done, setDone] = useState("");
  const path = `/api/deliveries/${id}/`;
  const loses = how === "lost" || how === "damaged";
  useEffect(() => {
    let wanted = true;
    if (loses) client.call<Outlook>(`${path}loss/`).then((found) => wanted && setLeft(found.left), () => undefined); // it is said what follows, without the sum
    return () => {
      wanted = false;
    };
  }, [path, loses]);
  const ending = useActing<How>(say, async (way, key) => {
    const reason = form.reason.trim();
    const send = <Answer,>(step: string, body: object): Promise<Answer> => client.call<Answer>(`${path}${step}/`, { method: "POST", body, idempotencyKey: key });
    if (way === "return") setDone(say("end.done.return", { number: (await send<Return>("return", { reason })).delivery.tracking_number }));
    else {
      const { refund } = await send<Loss>("loss", { reason, ending: way, ...(way === "damaged" && form.amount !== "" ? { amount: form.amount } : {}) });
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
        if (how !== null) void ending.start(how);
      }}
    >
      <fieldset>
        <legend>{say("end.how")}</legend>
        {WAYS.map((one) => <label key={one} class="choice"><input type="radio" name={`how ${id}`} checked={how === one} onChange={() => setHow(one)} />{say(`end.${one}`)}</label>)}
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
