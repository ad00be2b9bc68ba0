import { useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import type { Client } from "../client.ts";
import { Field } from "../field.tsx";
import type { Person } from "../session.ts";
import type { OwnSay } from "./own_words.ts";

/** Name and phone. What a change of them means is said before. */
export function OwnName({ account, client, say, onChanged }: { account: Person; client: Client; say: OwnSay; onChanged: (account: Person) => void }) {
  const [typed, setTyped] = useState<{ name: string; phone: string } | null>(null); // null: as it is
  const form = typed ?? { name: account.name, phone: account.phone ?? "" };
  const [told, setTold] = useState("");
  const saving = useActing<typeof form>(say, async ({ name, phone }) => {
    setTold("");
    onChanged(await client.call<Person>("/api/v1/auth/me/", { method: "PATCH", body: { name, phone: phone.trim() || null } }));
    setTyped((now) => (now === typed ? null : now)); // what was typed meanwhile stays
    setTold(say("who.saved"));
  });
  const change = (changes: Partial<typeof form>): void => {
    setTold("");
    setTyped({ ...form, ...changes });
  };
  const carries = account.roles.includes("transporter");
  return (
    <section class="card fields">
      <h2>{say("who")}</h2>
      <form class="fields" noValidate onSubmit={(event) => { event.preventDefault(); void saving.start(form); }}>
        <Field label={say("name")} name="own_name" value={form.name} onValue={(name) => change({ name })} problem={saving.fields["name"]} help={say(carries ? "who.name.transporter" : "who.name.help")} more={{ autocomplete: "name", maxLength: 120 }} />
        <Field label={say("phone")} name="own_phone" type="tel" value={form.phone} onValue={(phone) => change({ phone })} problem={saving.fields["phone"]} help={say(carries ? "who.phone.transporter" : "who.phone.help")} more={{ autocomplete: "tel" }} />
        <div class="actions"><button class="button" disabled={saving.pending}>{say("save")}</button></div>
        <p role="status">{told}</p>
        <p class="problem" role="alert">{saving.problem}</p>
      </form>
    </section>
  );
}
