import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Check, Field } from "../shared/field.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { Saved } from "../shared/saved.tsx";
import type { Say } from "./speech.ts";

type Account = components["schemas"]["UserAnswer"];
type Choices = components["schemas"]["OwnChoices"];
const PATH = "/api/v1/auth/me/";

/** What a customer chooses about messages: their language, and whether there are any of parcels on their way. */
export function Settings({ client, language, say }: { client: Client; language: Language; say: Say }) {
  const account = useLoading(() => client.call<Account>(PATH), []);
  const [saved, setSaved] = useState(false);
  const choosing = useActing<Choices>(say, async (choices) => {
    setSaved(false);
    account.set(await client.call<Account>(PATH, { method: "PATCH", body: choices }));
    setSaved(true);
  });
  const [chosen, setChosen] = useState<Choices>({}); // shows at once; what was refused goes back
  const choose = (choices: Choices): void => {
    setChosen((before) => ({ ...before, ...choices }));
    void choosing.start(choices).then((taken) => taken || setChosen({}));
  };
  return (
    <>
      <h1>{say("settings")}</h1>
      <Saved saved={saved} text={say("settings.saved")} />
      {choosing.problem !== "" && <p class="problem" role="alert">{choosing.problem}</p>}
      <Loaded of={account} language={language} say={say}>
        {(one) => (
          <section class="card fields">
            <h2>{say("settings.messages")}</h2>
            <Field
              label={say("settings.language")}
              name="language"
              value={chosen.language ?? one.language}
              onValue={(wanted) => choose({ language: wanted === "ne" ? "ne" : "en" })}
              choices={[["ne", "नेपाली"], ["en", "English"]]}
              help={say("settings.language.help")}
            />
            <Check label={say("settings.parcels")} checked={chosen.parcel_messages ?? one.parcel_messages} onValue={(wanted) => choose({ parcel_messages: wanted })} />
            <p class="small quiet">{say("settings.parcels.help", { email: one.email })}</p>
          </section>
        )}
      </Loaded>
    </>
  );
}
