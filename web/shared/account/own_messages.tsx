import { useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import type { components } from "../api.ts";
import type { Client } from "../client.ts";
import { Check, Field } from "../field.tsx";
import { Saved } from "../saved.tsx";
import type { Person } from "../session.ts";
import type { OwnSay } from "./own_words.ts";

type Choices = Pick<Partial<components["schemas"]["OwnChoices"]>, "language" | "parcel_messages">;

/** What somebody chooses about messages: their language, and for who buys whether there are any of parcels on their way. */
export function OwnMessages({ account, client, say, onChanged }: { account: Person; client: Client; say: OwnSay; onChanged: (account: Person) => void }) {
  const [saved, setSaved] = useState(false);
  const choosing = useActing<Choices>(say, async (choices) => {
    setSaved(false);
    onChanged(await client.call<Person>("/api/v1/auth/me/", { method: "PATCH", body: choices }));
    setSaved(true);
  });
  const [chosen, setChosen] = useState<Choices>({}); // shows at once; what was refused goes back
  const choose = (choices: Choices): void => {
    setChosen((before) => ({ ...before, ...choices }));
    void choosing.start(choices).then((taken) => taken || setChosen({}));
  };
  return (
    <section class="card fields">
      <h2>{say("settings.messages")}</h2>
      <Saved saved={saved} text={say("settings.saved")} />
      {choosing.problem !== "" && <p class="problem" role="alert">{choosing.problem}</p>}
      <Field
        label={say("settings.language")}
        name="language"
        value={chosen.language ?? account.language}
        onValue={(wanted) => choose({ language: wanted === "ne" ? "ne" : "en" })}
        choices={[["ne", "नेपाली"], ["en", "English"]]}
        help={say("settings.language.help")}
      />
      {account.roles.includes("customer") && (
        <>
          <Check label={say("settings.parcels")} checked={chosen.parcel_messages ?? account.parcel_messages} onValue={(wanted) => choose({ parcel_messages: wanted })} />
          <p class="small quiet">{say("settings.parcels.help", { email: account.email })}</p>
        </>
      )}
    </section>
  );
}
