import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { useChosen } from "../shared/chosen.ts";
import type { Client } from "../shared/client.ts";
import { Field } from "../shared/field.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { Saved } from "../shared/saved.tsx";
import type { Say } from "./speech.ts";
import { AFTER_END, ELEMENTS, type Privacy, SETTINGS, type Shown, preview } from "./tracking_privacy.ts";

const PATH = "/api/marketplace/seller/tracking-privacy/";
const USUAL = "";

/** What whoever has a tracking number sees: chosen element by element, and said in a sentence. */
export function TrackingRoom({ client, language, say }: { client: Client; language: Language; say: Say }) {
  const kept = useLoading(() => client.call<Privacy>(PATH), []);
  return (
    <>
      <h1>{say("tracking")}</h1>
      <p class="quiet">{say("tracking.about")}</p>
      <Loaded of={kept} language={language} say={say}>{(privacy) => <Choices kept={privacy} client={client} say={say} />}</Loaded>
    </>
  );
}

function Choices({ kept, client, say }: { kept: Privacy; client: Client; say: Say }) {
  const { now, store, choose } = useChosen(kept);
  const privacy = now();
  const [saved, setSaved] = useState(false);
  const saving = useActing<Record<string, Shown | null>>(say, async (changes) => {
    setSaved(false);
    store(await client.call<Privacy>(PATH, { method: "PATCH", body: changes }));
    setSaved(true);
  });
  return (
    <div class="fields">
      <Saved saved={saved} text={say("tracking.saved")} />
      {saving.problem !== "" && <p class="problem" role="alert">{saving.problem}</p>}
      <section class="card" aria-live="polite">
        {preview(privacy, say).map((sentence) => <p key={sentence}>{sentence}</p>)}
      </section>
      {([...ELEMENTS, "after_end"] as const).map((element) => {
        const usual = privacy.defaults[element];
        const settings = element === "after_end" ? AFTER_END : SETTINGS;
        return (
          <Field
            key={element}
            label={say(`tracking.${element}`)}
            name={element}
            value={privacy[element] === usual ? USUAL : privacy[element]}
            problem={saving.fields[element]}
            choices={[
              [USUAL, say("shown.usual", { shown: say(`shown.${usual}`) })],
              ...settings.filter((one) => one !== usual).map((one): [string, string] => [one, say(`shown.${one}`)]),
            ]}
            onValue={(chosen) => choose({ [element]: chosen === USUAL ? usual : (chosen as Shown) }, saving.start({ [element]: chosen === USUAL ? null : (chosen as Shown) }))}
          />
        );
      })}
    </div>
  );
}
