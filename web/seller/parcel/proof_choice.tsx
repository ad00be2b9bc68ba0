import { useEffect, useRef } from "preact/hooks";
import type { Client } from "../../shared/client.ts";
import { Check, Field } from "../../shared/field.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { languageOf } from "../../shared/words.ts";
import type { Say } from "../speech.ts";
import { AS_USUAL, ENDS, type End, type Kind, type ProofTyped, type Required, ownKinds, ticked, typedKinds } from "./proof.ts";

const OWN = "own";
const USUAL_AGE = 18; // as the server has it where nobody says one

interface Given {
  typed: ProofTyped;
  problems: Readonly<Record<string, string>>;
  client: Client;
  say: Say;
  onChange: (changes: Partial<ProofTyped>) => void;
}

/** What must prove that this parcel changes hands, end by end: as the seller's parcels usually, or for it alone. */
export function ProofChoice({ client, say, ...given }: Given) {
  const usual = useLoading(() => client.call<Required>("/api/sellers/me/proof/"), []);
  const box = useRef<HTMLDivElement>(null);
  const there = usual.value !== null;
  useEffect(() => {
    // What was refused while it was on its way: nothing could have the focus yet.
    const wrong = document.querySelector<HTMLElement>('form [aria-invalid="true"]');
    if (there && wrong !== null && box.current?.contains(wrong)) wrong.focus();
  }, [there]);
  return (
    <Loaded of={usual} language={languageOf(say)} say={say}>
      {(required) => <div class="fields proofs" ref={box}>{ENDS.map(([end, kinds]) => <AtEnd key={end} {...given} end={end} kinds={kinds} usual={required} say={say} />)}</div>}
    </Loaded>
  );
}

function AtEnd({ end, kinds, usual, typed, problems, say, onChange }: Omit<Given, "client"> & { end: End; kinds: readonly Kind[]; usual: Required }) {
  const name = `proof_${end}` as const;
  const own = ownKinds(typed[name]);
  const change = (now: string): void => onChange({ [name]: now });
  const as_usual = usual[end].length === 0 ? say("delivery.proof.nothing") : usual[end].map((kind) => say(`proof.${kind}`)).join("; ");
  return (
    <fieldset>
      <legend>{say(`proof.${end}`)}</legend>
      <Field
        label={say("delivery.proof.by")}
        name={name}
        value={own === null ? AS_USUAL : OWN}
        choices={[[AS_USUAL, say("delivery.proof.usual", { what: as_usual })], [OWN, say("delivery.proof.own")]]}
        onValue={(chosen) => change(chosen === AS_USUAL ? AS_USUAL : typedKinds(usual[end]))}
        problem={problems[end]}
        help={own?.length === 0 ? say("delivery.proof.none_ticked") : ""}
      />
      {own !== null && kinds.map((kind) => <Check key={kind} label={say(`proof.${kind}`)} checked={own.includes(kind)} onValue={(chosen) => change(ticked(typed[name], kind, chosen))} />)}
      {end === "drop_off" && own?.includes("age") && (
        <Field
          label={say("proof.age_minimum")}
          name="age_minimum"
          value={typed.age_minimum}
          onValue={(age_minimum) => onChange({ age_minimum })}
          problem={problems["age_minimum"]}
          help={say("delivery.proof.age.help", { count: usual.age_minimum ?? USUAL_AGE })}
          more={{ inputMode: "numeric" }}
        />
      )}
    </fieldset>
  );
}
