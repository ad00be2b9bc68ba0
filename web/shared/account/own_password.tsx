import { useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import type { components } from "../api.ts";
import { type Client, Refused } from "../client.ts";
import { Field } from "../field.tsx";
import { emptied } from "../meanwhile.ts";
import { problemOf } from "../problems.ts";
import type { OwnSay } from "./own_words.ts";

type Wanted = Pick<components["schemas"]["PasswordChange"], "old_password" | "new_password">;
const PATH = "/api/v1/auth/password/";

/** Another password. This sign-in goes on; all others end. */
export function OwnPassword({ client, say }: { client: Client; say: OwnSay }) {
  const [old, setOld] = useState("");
  const [wanted, setWanted] = useState("");
  const [told, setTold] = useState("");
  const change = useActing<Wanted>(say, async (body) => {
    setTold("");
    await client.call(PATH, { method: "POST", body });
    setOld(emptied(old));
    setWanted(emptied(wanted));
    setTold(say("password.changed"));
  });
  // The old one is refused as a whole; it is said at its field, which has the focus where something is wrong.
  const wrong = change.error instanceof Refused && change.error.status === 403 ? problemOf(change.error, say) : "";
  return (
    <section class="card fields">
      <h2>{say("password")}</h2>
      <p class="small quiet">{say("password.about")}</p>
      <form class="fields" noValidate onSubmit={(event) => { event.preventDefault(); void change.start({ old_password: old, new_password: wanted }); }}>
        <Field label={say("password.old")} name="old_password" type="password" value={old} onValue={setOld} problem={change.fields["old_password"] || wrong} more={{ autocomplete: "current-password" }} />
        <Field label={say("password.new")} name="new_password" type="password" value={wanted} onValue={setWanted} problem={change.fields["new_password"]} more={{ autocomplete: "new-password" }} />
        <div class="actions"><button class="button" disabled={change.pending}>{say("password.change")}</button></div>
        <p role="status">{told}</p>
        <p class="problem" role="alert">{wrong === "" ? change.problem : ""}</p>
      </form>
    </section>
  );
}
