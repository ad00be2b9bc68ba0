// A seller calls off, holds, or has brought back what does not go as it should; what follows is said before.
import { useMemo, useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Field } from "../../shared/field.tsx";
import { useLoading } from "../../shared/loading.tsx";
import type { Language } from "../../shared/numbers.ts";
import { speaker } from "../../shared/words.ts";
import { type Act, actsOf, requestOf } from "./acts.ts";
import own from "./words.json";

type Sale = components["schemas"]["SaleDetails"];
type Shown = Pick<components["schemas"]["DetailedDelivery"], "on_hold">;

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
  const waits = sale.delivery_status === "available";
  const parcel = useLoading(async () => (waits ? await client.call<Shown>(`/api/deliveries/${sale.delivery_id}/`) : null), [sale.delivery_id, sale.delivery_status, done]);
  const acting = useActing<Act>(say, async (act, key) => {
    const { path, body } = requestOf(act, sale, reason.trim());
    await client.call<unknown>(path, { method: "POST", body, idempotencyKey: key });
    setDone(act);
    setAsked(null);
    setReason("");
    await onDone();
  });
  const held = parcel.value === null ? null : parcel.value.on_hold != null;
  const ask = (act: Act | null): void => {
    acting.forget();
    setAsked(act);
  };
  return (
    <div class="fields">
      <p role="status">{done === null ? "" : say(`act.done.${done}`)}</p>
      {asked === null ? (
        <div class="actions">
          {actsOf(sale, held).map((act) => <button key={act} type="button" class="button" onClick={() => ask(act)}>{say(`act.${act}`)}</button>)}
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
