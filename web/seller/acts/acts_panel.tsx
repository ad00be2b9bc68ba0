// A seller calls off, holds, or has brought back what does not go as it should; what follows is said before.
import { useMemo, useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Field } from "../../shared/field.tsx";
import { useLoading } from "../../shared/loading.tsx";
import type { Language } from "../../shared/numbers.ts";
import { speaker } from "../../shared/words.ts";
import { type Act, type Parcel, actsOf, heldByOthers, requestOf } from "./acts.ts";
import own from "./words.json";

type Sale = components["schemas"]["SaleDetails"];

interface Given {
  sale: Sale;
  client: Client;
  language: Language;
  onDone: () => Promise<void>;
}

export function ActsPanel({ sale, client, language, onDone }: Given) {
  const say = useMemo(() => speaker(language, own), [language]);
  const [asked, setAsked] = useState<Act | null>(null);
  const [reason, setReason] = useState("");
  const [done, setDone] = useState<Act | null>(null);
  const has_parcel = sale.delivery_id !== null;
  const parcel = useLoading(async () => (has_parcel ? await client.call<Parcel>(`/api/deliveries/${sale.delivery_id}/`) : null), [sale.delivery_id, sale.delivery_status, done]);
  const acting = useActing<Act>(say, async (act, key) => {
    const { path, body } = requestOf(act, sale, reason.trim());
    await client.call<unknown>(path, { method: "POST", body, idempotencyKey: key });
    setDone(act);
    setAsked(null);
    setReason("");
    await onDone();
  });
  // What may be done with a parcel is offered once it has said how it stands, or cannot be asked.
  const is_known = !has_parcel || parcel.value !== null || parcel.problem !== null;
  const acts = is_known ? actsOf(sale, parcel.value) : [];
  const ask = (act: Act | null): void => {
    acting.forget();
    setAsked(act);
  };
  return (
    <div class="fields">
      <p role="status">{done === null ? "" : say(`act.done.${done}`)}</p>
      {sale.delivery_status === "available" && heldByOthers(parcel.value) && <p class="quiet">{say("act.held")}</p>}
      {is_known && acts.length === 0 && done === null && <p class="quiet">{say("act.none")}</p>}
      {asked === null ? (
        <div class="actions">
          {acts.map((act) => <button key={act} type="button" class="button" onClick={() => ask(act)}>{say(`act.${act}`)}</button>)}
        </div>
      ) : (
        <form
          class="fields"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void acting.start(asked);
          }}
        >
          <p>{say(`act.${asked}.then`)}</p>
          {asked !== "resume" && <Field label={say("act.why")} name="reason" value={reason} onValue={setReason} problem={acting.fields["reason"] ?? acting.fields["note"]} more={{ maxLength: 200 }} />}
          <p class="problem" role="alert">{acting.problem}</p>
          <div class="actions">
            <button class="button first" disabled={acting.pending}>{say(`act.${asked}`)}</button>
            <button type="button" class="button" onClick={() => ask(null)}>{say("act.back")}</button>
          </div>
        </form>
      )}
    </div>
  );
}
