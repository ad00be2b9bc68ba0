import { useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import type { Client, NewAccount } from "../client.ts";
import { Field } from "../field.tsx";
import { languageOf } from "../words.ts";
import type { AccountSay, OpenRole } from "./words.ts";

interface Given {
  client: Client;
  role: OpenRole;
  say: AccountSay;
  onSignedIn: () => Promise<void>;
}

/** An account for somebody who has none; they are signed in by it. */
export function NewAccountForm({ client, role, say, onSignedIn }: Given) {
  const [account, setAccount] = useState({ email: "", password: "", name: "", phone: "" });
  const change = (changes: Partial<typeof account>): void => setAccount({ ...account, ...changes });
  const make = useActing<NewAccount>(say, async (wanted) => {
    await client.signUp(wanted);
    await onSignedIn();
  });
  return (
    <details class="card">
      <summary>{say(`new.${role}`)}</summary>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void make.start({ ...account, role, language: languageOf(say), name: account.name || null, phone: account.phone || null });
        }}
      >
        <Field label={say("name")} name="name" value={account.name} onValue={(name) => change({ name })} problem={make.fields["name"]} more={{ autocomplete: "name" }} />
        <Field label={say("new.email")} name="new_email" type="email" value={account.email} onValue={(email) => change({ email })} problem={make.fields["email"]} more={{ autocomplete: "email" }} />
        <Field label={say("phone")} name="phone" type="tel" value={account.phone} onValue={(phone) => change({ phone })} problem={make.fields["phone"]} help={say("phone.help")} more={{ autocomplete: "tel" }} />
        <Field label={say("new.password")} name="new_password" type="password" value={account.password} onValue={(password) => change({ password })} problem={make.fields["password"]} help={say("new.password.help")} more={{ autocomplete: "new-password" }} />
        <p class="problem" role="alert">{make.problem}</p>
        <button class="button" disabled={make.pending}>{say("new.make")}</button>
      </form>
    </details>
  );
}

/** The page's role for an account that has others. */
export function BecomeForm({ client, role, say, onSignedIn }: Given) {
  const become = useActing<null>(say, async () => {
    await client.call("/api/v1/auth/roles/", { method: "POST", body: { give: [role] } });
    await onSignedIn();
  });
  return (
    <>
      <p>{say("become.what")}</p>
      <p class="problem" role="alert">{become.problem}</p>
      <button type="button" class="button first" disabled={become.pending} onClick={() => void become.start(null)}>{say(`become.${role}`)}</button>
    </>
  );
}
