import { useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import type { components } from "../api.ts";
import { type Client, Refused } from "../client.ts";
import { Field } from "../field.tsx";
import { emptied } from "../meanwhile.ts";
import { problemOf } from "../problems.ts";
import type { Person } from "../session.ts";
import type { OwnSay } from "./own_words.ts";

type Wanted = components["schemas"]["EmailChange"];

/** Another e-mail address: a link is sent to it, and it is the account's once that is used. */
export function OwnEmail({ account, client, say }: { account: Person; client: Client; say: OwnSay }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState("");
  const asking = useActing<Wanted>(say, async (body) => {
    setAsked("");
    await client.call("/api/v1/auth/email/", { method: "POST", body });
    setEmail(emptied(email));
    setPassword(emptied(password));
    setAsked(body.email);
  });
  // The password is refused as a whole; it is said at its field, which has the focus where something is wrong.
  const refused = (status: number): string => (asking.error instanceof Refused && asking.error.status === status ? problemOf(asking.error, say) : "");
  const [wrong, taken] = [refused(403), refused(409)];
  const waits = asked !== "" && asked !== account.email; // until the link was used
  return (
    <section class="card fields">
      <h2>{say("email.own")}</h2>
      <p>{say("email.now", { email: account.email })}</p>
      <p class="small quiet">{say("email.about")}</p>
      <form class="fields" noValidate onSubmit={(event) => { event.preventDefault(); void asking.start({ email: email.trim(), password }); }}>
        <Field label={say("email.new")} name="other_email" type="email" value={email} onValue={setEmail} problem={asking.fields["email"] || taken} more={{ autocomplete: "email" }} />
        <Field label={say("password.now")} name="email_password" type="password" value={password} onValue={setPassword} problem={asking.fields["password"] || wrong} more={{ autocomplete: "current-password" }} />
        <div class="actions"><button class="button" disabled={asking.pending}>{say("email.change")}</button></div>
        <p role="status">{waits ? say("email.sent", { email: asked, former: account.email }) : ""}</p>
        <p class="problem" role="alert">{wrong === "" && taken === "" ? asking.problem : ""}</p>
      </form>
    </section>
  );
}
