import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { Client } from "../shared/client.ts";
import { Check, Field } from "../shared/field.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { saveBlob } from "../shared/saving.ts";
import { type Kept, keptAddresses } from "../shared/addresses/addresses.ts";
import { keptWords } from "./kept_account.ts";
import type { Say } from "./speech.ts";

interface Given {
  client: Client;
  language: Language;
  say: Say;
}

/** The addresses that a customer keeps for orders to come. */
export function KeptAddresses({ client, language, say }: Given) {
  const kept = useLoading(() => keptAddresses(client), []);
  const act = useActing<{ one: Kept; gone: boolean }>(say, async ({ one, gone }) => {
    const path = `/api/v1/marketplace/addresses/${one.id}/`;
    await (gone ? client.call(path, { method: "DELETE" }) : client.call(path, { method: "PATCH", body: { is_default: true } }));
    await kept.reload();
  });
  return (
    <section class="card fields">
      <h2>{say("addresses")}</h2>
      <Loaded of={kept} language={language} say={say}>
        {(addresses) =>
          addresses.length === 0 ? (
            <p class="quiet">{say("addresses.none")}</p>
          ) : (
            <ul class="lines">
              {addresses.map((one) => (
                <li key={one.id}>
                  <span>
                    {one.full_address}
                    {one.is_default && <><br /><span class="small quiet">{say("addresses.default")}</span></>}
                  </span>
                  <span class="actions">
                    {!one.is_default && <button type="button" class="button" onClick={() => void act.start({ one, gone: false })}>{say("addresses.make_default")}<span class="unseen">{one.full_address}</span></button>}
                    <button type="button" class="button" onClick={() => void act.start({ one, gone: true })}>{say("addresses.remove")}<span class="unseen">{one.full_address}</span></button>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <p class="problem" role="alert">{act.problem}</p>
    </section>
  );
}

/** A copy of all that is kept about whoever is signed in, and the end of their account. */
export function OwnData({ client, say, onDeleted }: { client: Client; say: Say; onDeleted: () => Promise<void> }) {
  const [password, setPassword] = useState("");
  const [sure, setSure] = useState(false);
  const [told, setTold] = useState("");
  const [missing, setMissing] = useState({ password: "", sure: "" });
  /** Says what is missing yet, where something is. */
  const ready = (wantsSure: boolean): boolean => {
    const found = { password: password === "" ? say("data.password.missing") : "", sure: wantsSure && !sure ? say("data.delete.sure_first") : "" };
    setMissing(found);
    return found.password === "" && found.sure === "";
  };
  const copy = useActing<null>(say, async () => {
    setTold("");
    remove.forget();
    const data = await client.call<{ user_id: number }>("/api/v1/auth/export/", { method: "POST", body: { password } });
    saveBlob(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }), `account-${data.user_id}.json`);
    setTold(say("data.copied"));
  });
  const remove = useActing<null>(say, async () => {
    copy.forget();
    await client.call("/api/v1/auth/delete/", { method: "POST", body: { password } });
    await onDeleted();
  });
  return (
    <section class="card fields">
      <h2>{say("data")}</h2>
      <p>{say("data.about")}</p>
      <form class="fields" noValidate onSubmit={(event) => { event.preventDefault(); if (ready(false)) void copy.start(null); }}>
        <Field label={say("data.password")} name="password" type="password" value={password} onValue={setPassword} problem={missing.password || copy.fields["password"] || remove.fields["password"]} more={{ autocomplete: "current-password" }} />
        <div class="actions">
          <button class="button" disabled={copy.pending}>{say("data.copy")}</button>
        </div>
        <p role="status">{told}</p>
        <p class="problem" role="alert">{copy.problem}</p>
      </form>
      <h3>{say("data.delete")}</h3>
      <p>{say("data.delete.about")}</p>
      <Check label={say("data.delete.sure")} checked={sure} onValue={setSure} />
      <div class="actions">
        <button type="button" class="button" disabled={remove.pending} onClick={() => void (ready(true) && remove.start(null))}>{say("data.delete.now")}</button>
      </div>
      <p class="problem" role="alert">{missing.sure || (keptWords(remove.error, say) ?? remove.problem)}</p>
    </section>
  );
}
