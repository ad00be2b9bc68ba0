import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Field } from "../shared/field.tsx";
import type { Say } from "./speech.ts";

interface Given {
  number: string;
  /** Whether its journey is over, so that the digits show that. */
  ended: boolean;
  client: Client;
  say: Say;
  onUnlock: (unlock: string) => void;
}

/** Whoever knows the receiver's phone is shown what the seller shows for that. */
export function Unlock({ number, ended, client, say, onUnlock }: Given) {
  const [code, setCode] = useState("");
  const unlocking = useActing<string>(say, async (typed) => {
    const path = `/api/deliveries/${encodeURIComponent(number)}/unlock/`;
    const unlocked = await client.call<components["schemas"]["Unlocked"]>(path, { method: "POST", body: { code: typed }, signed: false });
    onUnlock(unlocked.token);
  });
  return (
    <section class="card">
      <h2>{say(ended ? "journey.again" : "unlock.title")}</h2>
      <form onSubmit={(event) => { event.preventDefault(); void unlocking.start(code); }}>
        <Field
          label={say("unlock.code")}
          name="code"
          value={code}
          onValue={setCode}
          problem={unlocking.fields["code"]}
          help={say(ended ? "journey.again.help" : "unlock.help")}
          more={{ inputmode: "numeric", autocomplete: "off", required: true, maxlength: 20 }}
        />
        <div class="actions"><button class="button" disabled={unlocking.pending}>{say("unlock.show")}</button></div>
      </form>
      {unlocking.problem !== "" && unlocking.fields["code"] === undefined && <p class="problem" role="alert">{unlocking.problem}</p>}
    </section>
  );
}
