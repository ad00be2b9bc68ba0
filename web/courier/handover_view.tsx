// A pickup or a drop-off as a row of single questions: first whether it is here where it is far from the address, then what is required, then what may be added.
import { useEffect, useState } from "preact/hooks";
import { FarQuestion, isFar } from "./far_question.tsx";
import { type Job, awayM, navigationLink, stopOf } from "./jobs.ts";
import { type Given, hereOf, show } from "./given.ts";
import { AgeQuestion } from "./age_question.tsx";
import { BarcodeQuestion } from "./barcodes/barcode_question.tsx";
import { CodeQuestion } from "./code_question.tsx";
import { useGathering } from "./gathering.ts";
import { PartQuestion } from "./part_question.tsx";
import { holds } from "./goods.ts";
import { PhotoQuestion } from "./photo_question.tsx";
import { type Proof, bodyOf } from "./proofs.ts";
import { type HandoverKind, type Question, photoWords, questionsOf } from "./questions.ts";
import { useSettled } from "../shared/settled.ts";
import { SignatureQuestion } from "./signature_question.tsx";
import { alsoHere, requiredOfAll } from "./together.ts";
import { TogetherQuestion } from "./together_question.tsx";

export function HandoverView(given: Given & { kind: HandoverKind; id: number }) {
  const { state, say, kind, id } = given;
  const job = state.jobs.find((one) => one.id === id);
  const fits = job !== undefined && (kind === "pickup") === (job.status === "assigned");
  const [begun, setBegun] = useState<Job | null>(null);
  useEffect(() => {
    if (fits) setBegun(job);
  }, [fits]);
  const shown = fits ? job : begun; // what was begun is brought to its end, whatever the list says meanwhile
  if (shown === null) {
    return (
      <section class="card stop">
        <h1 tabIndex={-1}>{say(state.known_jobs === null ? "loading" : "jobs.gone")}</h1>
        <button type="button" class="button" onClick={() => show({ name: "work" })}>{say("back")}</button>
      </section>
    );
  }
  return <Questions {...given} job={shown} />;
}

const USUAL_AGE = 18;

function Questions({ work, state, say, language, kind, job }: Given & { kind: HandoverKind; job: Job }) {
  const { shown: proof, change, type, isBehind } = useGathering(work, kind, job.id, state.jobs);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState("");
  const settled = useSettled(proof === null ? null : `${proof.at} ${proof.far_seen}`);
  if (proof === null) return <p class="quiet" role="status">{say("loading")}</p>;
  const { at, photo, signature } = proof;
  const stop = stopOf(kind === "pickup" ? { ...job, status: "assigned" } : job);

  const here = hereOf({ work, state });
  const away_m = awayM(here, stop.point);
  const far = isFar(away_m, state.duty) && !proof.far_seen;
  const others = alsoHere(kind, job, state.jobs);
  const together = others.filter((one) => proof.together.includes(one.id));
  const required = requiredOfAll(kind, [job, ...together]);
  const questions = questionsOf(kind, required);
  const asked: Question | "far" = far ? "far" : (questions[at] ?? "done");
  const last = at >= questions.length - 1;
  const finish = async (gathered: Proof): Promise<void> => {
    setSaving(true);
    setProblem("");
    const { coords } = state.position ?? {};
    const place = coords === undefined ? {} : { latitude: coords.latitude, longitude: coords.longitude };
    const shared = { ...bodyOf(kind, { ...gathered, accepted: null }), ...place };
    const own = { ...bodyOf(kind, gathered), ...place };
    const steps = [...together.map((one) => ({ id: one.id, body: shared })), { id: job.id, body: own }];
    try {
      await work.doneTogether(steps.map(({ id: delivery_id, body }) => ({ kind, delivery_id, title: stop.address, body })));
      show({ name: "work" });
    } catch {
      setProblem(say("done.not_kept"));
      setSaving(false);
    }
  };
  const answer = (some: Partial<Proof>): void => {
    if (isBehind()) void change(some); // what is asked changes with what was chosen a moment ago
    else if (last) void finish({ ...proof, ...some });
    else void change({ ...some, at: at + 1 });
  };
  const done = say(kind === "pickup" ? "stop.picked_up" : "stop.delivered");
  return (
    <section class="handover card">
      <p class="quiet">{!far && questions.length > 1 && `${say("question.of", { at: Math.min(at + 1, questions.length), of: questions.length })} · `}{stop.address}</p>
      {last && here === undefined && <p class="quiet" role="status">{say("done.no_place")}</p>}
      {/* Before what is asked: below its buttons it was read too late. */}
      {!far && others.length > 0 && (
        <TogetherQuestion kind={kind} others={others} chosen={together.map((one) => one.id)} name={stop.contact} busy={saving || !settled} say={say} onChange={(id, chosen) => type((before) => ({ together: [...before.together.filter((one) => one !== id), ...(chosen ? [id] : [])], at: 0 }))} />
      )}
      {asked === "far" && away_m !== null && <FarQuestion away_m={away_m} way={navigationLink(stop, navigator.userAgent)} say={say} language={language} onGoOn={() => change({ far_seen: true })} />}
      {asked === "photo" && (
        <PhotoQuestion
          title={say(photoWords(kind, required))}
          photo={photo}
          required={required.includes("photo")}
          say={say}
          busy={saving || !settled}
          use={last ? done : say("photo.use")}
          skip={say(!last ? "photo.skip" : kind === "pickup" ? "photo.skip.pickup" : "photo.skip.dropoff")}
          onTake={(taken) => change({ photo: taken })}
          onAnswer={(used) => answer({ photo: used })}
        />
      )}
      {asked === "signature" && (
        <SignatureQuestion
          name={stop.contact}
          signature={signature}
          signed_by={proof.signed_by}
          relation={proof.relation}
          received_by={proof.received_by}
          required={required.includes("signature")}
          say={say}
          busy={saving || !settled}
          use={last ? done : say("signature.use")}
          useName={last ? done : say("signature.use_name")}
          skip={say(last ? "signature.skip.dropoff" : "signature.skip")}
          onAnswer={answer}
        />
      )}
      {asked === "barcode" && <BarcodeQuestion numbers={[job.tracking_number, job.proof?.label]} busy={saving || !settled} say={say} onAnswer={(scanned) => answer({ scanned })} />}
      {asked === "age" && <AgeQuestion name={stop.contact} age={job.proof?.age_minimum ?? USUAL_AGE} busy={saving || !settled} say={say} onAnswer={() => answer({ age_checked: true })} />}
      {asked === "code" && <CodeQuestion name={stop.contact} tries_left={job.proof?.code?.tries_left} busy={saving || !settled} use={last ? done : say("code.use")} say={say} onAnswer={(code) => answer({ code })} />}
      {asked === "done" && (
        <>
          <h1 tabIndex={-1} class="answer">{say(kind === "pickup" ? "done.pickup" : "done.dropoff", { name: stop.contact })}</h1>
          <ul class="proofs quiet">
            <li>{say(photo === null ? "done.no_photo" : "done.photo")}</li>
            {questions.includes("signature") && <li>{say(signature === null ? "done.no_signature" : "done.signature")}</li>}
            {proof.scanned !== "" && <li>{say("done.scanned")}</li>}
            {proof.age_checked && <li>{say("done.age")}</li>}
            {proof.code !== "" && <li>{say("done.code")}</li>}
          </ul>
          <button type="button" class="button first large" disabled={saving || !settled} onClick={() => answer({})}>{done}</button>
        </>
      )}
      {kind === "deliver" && !far && job.return_of === null && job.quantity > 1 && (
        <PartQuestion goods={holds(job, say)} quantity={job.quantity} accepted={proof.accepted} reason={proof.partial_reason} busy={saving} say={say} onChange={type} />
      )}
      <p class="problem" role="alert">{problem}</p>
      <button type="button" class="button" onClick={() => (at > 0 && !far ? change({ at: at - 1 }) : show({ name: "work" }))}>{say("back")}</button>
    </section>
  );
}
