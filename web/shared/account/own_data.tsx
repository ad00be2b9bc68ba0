import { useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import type { Client } from "../client.ts";
import { Check, Field } from "../field.tsx";
import { saveBlob } from "../saving.ts";
import { keptWords } from "./kept_account.ts";
import type { OwnSay } from "./own_words.ts";

/** A copy of all that is kept about whoever is signed in, and the end of their account. */
export function OwnData({ client, say, onDeleted }: { client: Client; say: OwnSay; onDeleted: () => Promise<void> }) {
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
