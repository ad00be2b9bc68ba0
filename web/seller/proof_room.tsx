import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { useChosen } from "../shared/chosen.ts";
import type { Client } from "../shared/client.ts";
import { Check, Field } from "../shared/field.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { Saved } from "../shared/saved.tsx";
import { ENDS, type End, type Kind, type Required } from "./parcel/proof.ts";
import type { Say } from "./speech.ts";

const PATH = "/api/sellers/me/proof/";
const AGE = "age_minimum";

/** What must prove that a parcel of this seller changed hands, end by end; for deliveries that are made from now on. */
export function ProofRoom({ client, language, say }: { client: Client; language: Language; say: Say }) {
  const kept = useLoading(() => client.call<Required>(PATH), []);
  return (
    <>
      <h1>{say("proof")}</h1>
      <p class="quiet">{say("proof.about")}</p>
      <Loaded of={kept} language={language} say={say}>{(required) => <Choices kept={required} client={client} say={say} />}</Loaded>
    </>
  );
}

function Choices({ kept, client, say }: { kept: Required; client: Client; say: Say }) {
  const { now, store, choose } = useChosen(kept);
  const required = now();
  const [age, setAge] = useState(String(kept.age_minimum ?? ""));
  const [saved, setSaved] = useState(false);
  const saving = useActing<Partial<Required>>(say, async (changes) => {
    const changed = await client.call<Required>(PATH, { method: "PATCH", body: changes });
    store(changed);
    const age_minimum = String(changed.age_minimum ?? "");
    setAge((typed) => ("age_minimum" in changes || (typed === "" && !isBeingTyped()) ? age_minimum : typed));
    setSaved(true);
  });
  /** What a person chose shows at once, and is sent after what was chosen before it. */
  const save = (changes: Partial<Required>): void => {
    setSaved(false);
    choose(changes, saving.start(changes));
  };
  const change = (end: End, kind: Kind, chosen: boolean): void => {
    const others = now()[end].filter((one) => one !== kind);
    save({ [end]: chosen ? [...others, kind] : others });
  };
  return (
    <>
      <Saved saved={saved} text={say("proof.saved")} />
      {saving.problem !== "" && <p class="problem" role="alert">{saving.problem}</p>}
      <div class="fields proofs">
        {ENDS.map(([end, kinds]) => (
          <fieldset key={end}>
            <legend>{say(`proof.${end}`)}</legend>
            <p class="small quiet">{say(required[end].length === 0 ? `proof.${end}.nothing` : "proof.required")}</p>
            {kinds.map((kind) => <Check key={kind} label={say(`proof.${kind}`)} checked={required[end].includes(kind)} onValue={(chosen) => change(end, kind, chosen)} />)}
          </fieldset>
        ))}
        {required.drop_off.includes("age") && (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              save({ age_minimum: Number(age) });
            }}
          >
            <Field label={say("proof.age_minimum")} name={AGE} value={age} onValue={setAge} problem={saving.fields["age_minimum"]} more={{ inputMode: "numeric" }} />
            <button class="button">{say("proof.save_age")}</button>
          </form>
        )}
      </div>
    </>
  );
}

/** Whoever is in the field is about to type: what came in below their hands would stand before what they type. */
function isBeingTyped(): boolean {
  return document.activeElement?.getAttribute("name") === AGE;
}
