import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { Client, NewAccount } from "../shared/client.ts";
import { Field } from "../shared/field.tsx";
import type { Say } from "./speech.ts";

/** An account for somebody who has none; they are signed in by it. */
export function NewAccountForm({ client, say, onSignedIn }: { client: Client; say: Say; onSignedIn: () => Promise<void> }) {
  const [account, setAccount] = useState({ email: "", password: "", name: "", phone: "" });
  const change = (changes: Partial<typeof account>): void => setAccount({ ...account, ...changes });
  const make = useActing<NewAccount>(say, async (wanted) => {
    await client.signUp(wanted);
    await onSignedIn();
  });
  return (
    <details class="card">
      <summary>{say("account.new")}</summary>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void make.start({ ...account, name: account.name || null, phone: account.phone || null });
        }}
      >
        <Field label={say("name")} name="name" value={account.name} onValue={(name) => change({ name })} problem={make.fields["name"]} more={{ autocomplete: "name" }} />
        <Field label={say("account.email")} name="new_email" type="email" value={account.email} onValue={(email) => change({ email })} problem={make.fields["email"]} more={{ autocomplete: "email" }} />
        <Field label={say("phone")} name="phone" type="tel" value={account.phone} onValue={(phone) => change({ phone })} problem={make.fields["phone"]} help={say("phone.help")} more={{ autocomplete: "tel" }} />
        <Field label={say("account.password")} name="new_password" type="password" value={account.password} onValue={(password) => change({ password })} problem={make.fields["password"]} help={say("account.password.help")} more={{ autocomplete: "new-password" }} />
        <p class="problem" role="alert">{make.problem}</p>
        <button class="button" disabled={make.pending}>{say("account.make")}</button>
      </form>
    </details>
  );
}
