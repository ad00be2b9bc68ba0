import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Field } from "../shared/field.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { clock } from "../shared/times.ts";
import { numberOf } from "./product_form.ts";
import type { Say } from "./speech.ts";

type Change = components["schemas"]["StockChangeAnswer"];
const REASONS = ["received", "returned", "counted", "damaged", "expired", "lost", "other"] as const;
const EMPTY = { change: "", reason: "received", note: "" };
const SHOWN = 10;

interface Given {
  client: Client;
  productId: number;
  language: Language;
  say: Say;
  onChanged: () => Promise<void>;
}

/** What came and went of a product, and why; more or fewer of it. */
export function Stock({ client, productId, language, say, onChanged }: Given) {
  const path = `/api/v1/marketplace/products/${productId}/stock/`;
  const history = useLoading(() => client.call<{ results: Change[] }>(`${path}?page_size=${SHOWN}`), [productId]);
  const [typed, setTyped] = useState(EMPTY);
  const adjust = useActing<typeof EMPTY>(say, async ({ change, reason, note }, key) => {
    await client.call(path, { method: "POST", body: { change: numberOf(change), reason, note }, idempotencyKey: key });
    setTyped(EMPTY);
    await Promise.all([history.reload(), onChanged()]);
  });
  return (
    <section>
      <h3>{say("stock.change")}</h3>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void adjust.start(typed);
        }}
      >
        <div class="pair">
          <Field label={say("stock.by")} name="change" value={typed.change} onValue={(change) => setTyped({ ...typed, change })} problem={adjust.fields["change"]} help={say("stock.by.help")} />
          <Field label={say("stock.reason")} name="reason" value={typed.reason} onValue={(reason) => setTyped({ ...typed, reason })} problem={adjust.fields["reason"]} choices={REASONS.map((one) => [one, say(`stock.${one}`)])} />
        </div>
        <Field label={say("stock.note")} name="note" value={typed.note} onValue={(note) => setTyped({ ...typed, note })} problem={adjust.fields["note"]} help={say("optional")} />
        <p class="problem" role="alert">{adjust.problem}</p>
        <button class="button" disabled={adjust.pending}>{say("stock.change")}</button>
      </form>
      <Loaded of={history} language={language} say={say}>
        {({ results }) =>
          results.length === 0 ? null : (
            <ol class="history">
              {results.map((one) => (
                <li key={one.id}>
                  <time dateTime={one.at}>{clock(Date.parse(one.at), Date.now(), language)}</time>
                  <span>
                    {say("stock.line", { change: one.change > 0 ? `+${one.change}` : `−${-one.change}`, reason: say(`stock.${one.reason}`), count: one.stock_after })}
                    {one.note !== "" && <><br /><span class="quiet">{one.note}</span></>}
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </section>
  );
}
