import { useState } from "preact/hooks";
import "../shared/saved.css";
import { useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Field } from "../shared/field.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { clock } from "../shared/times.ts";
import type { Person } from "../shared/session.ts";
import { NONE, type Page, together } from "./stock_pages.ts";
import type { Say } from "./speech.ts";
import { type StockReason, changeOf, reasonFor, reasonsFor } from "./stock_reasons.ts";

type Change = components["schemas"]["StockChangeAnswer"];
const EMPTY: { change: string; reason: StockReason | ""; note: string } = { change: "", reason: "received", note: "" };
const SHOWN = 10;
const MORE = 50;

interface Given {
  client: Client;
  productId: number;
  person: Person;
  language: Language;
  say: Say;
  onChanged: () => Promise<void>;
}

/** What came and went of a product, and why; more or fewer of it. */
export function Stock({ client, productId, person, language, say, onChanged }: Given) {
  const path = `/api/v1/marketplace/products/${productId}/stock/`;
  const history = useLoading(() => client.call<Page<Change>>(`${path}?page_size=${SHOWN}`), [productId]);
  const [older, setOlder] = useState<Page<Change>>(NONE);
  const olden = useActing<number>(say, async (before) => {
    const more = await client.call<Page<Change>>(`${path}?page_size=${MORE}&before=${before}`);
    setOlder((had) => ({ results: [...had.results, ...more.results], next: more.next }));
  });
  const [typed, setTyped] = useState(EMPTY);
  const [done, setDone] = useState<Change | null>(null);
  const adjust = useActing<typeof EMPTY>(say, async ({ change, reason, note }, key) => {
    const body = { change: changeOf(change), note, ...(reason !== "" && { reason }) };
    setDone(await client.call<Change>(path, { method: "POST", body, idempotencyKey: key }));
    setTyped((now) => (now === typed ? EMPTY : now)); // what was typed meanwhile stays
    setOlder(NONE); // what the new change pushes out of the newest is asked for again with what is older
    await Promise.all([history.reload(), onChanged()]);
  });
  const reason = reasonFor(typed.change, typed.reason);
  const reasons = reasonsFor(typed.change).map((one) => [one, say(`stock.${one}`)] as const);
  return (
    <section>
      <h3>{say("stock.change")}</h3>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setDone(null);
          void adjust.start({ ...typed, reason });
        }}
      >
        <div class="pair">
          <Field label={say("stock.by")} name="change" value={typed.change} onValue={(change) => setTyped({ ...typed, change })} problem={adjust.fields["change"]} help={say("stock.by.help")} />
          <Field label={say("stock.reason")} name="reason" value={reason} onValue={(chosen) => setTyped({ ...typed, reason: chosen as StockReason })} problem={adjust.fields["reason"]} choices={reason === "" ? [["", say("stock.choose")] as const, ...reasons] : reasons} />
        </div>
        <Field label={say("stock.note")} name="note" value={typed.note} onValue={(note) => setTyped({ ...typed, note })} problem={adjust.fields["note"]} help={say("optional")} />
        <p class="problem" role="alert">{adjust.problem}</p>
        <button class="button" disabled={adjust.pending}>{say("stock.change")}</button>
        <p role="status" class="saved">{done !== null && say("stock.done", { change: changeWords(done), reason: say(`stock.${done.reason}`), count: done.stock_after })}</p>
      </form>
      <Loaded of={history} language={language} say={say}>
        {(newest) => {
          const { results, next } = together(newest, older);
          const last = results.at(-1);
          return last === undefined ? null : (
            <>
              <h3>{say("stock.history")}</h3>
              <ol class="history">{results.map((one) => <Line key={one.id} of={one} person={person} language={language} say={say} />)}</ol>
              <p class="problem" role="alert">{olden.problem}</p>
              {next !== null && <button type="button" class="button" disabled={olden.pending} onClick={() => void olden.start(last.id)}>{say("stock.older")}</button>}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function changeWords({ change }: Change): string {
  return change > 0 ? `+${change}` : `−${-change}`;
}

/** What changed, why, and who did it: besides its seller, only admins may. */
function Line({ of, person, language, say }: { of: Change } & Pick<Given, "person" | "language" | "say">) {
  return (
    <li>
      <time dateTime={of.at}>{clock(Date.parse(of.at), Date.now(), language)}</time>
      <span>
        {say("stock.line", { change: changeWords(of), reason: say(`stock.${of.reason}`), count: of.stock_after })}
        <br /><span class="quiet small">{say(of.user === person.id ? "stock.by.you" : "stock.by.admin")}{of.note !== "" && ` · ${of.note}`}</span>
      </span>
    </li>
  );
}
