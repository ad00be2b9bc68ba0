// A pickup or a drop-off as a row of single questions: photo, signature, and once more where it is far from the address.
import { useEffect, useState } from "preact/hooks";
import type { ActionKind } from "./actions.ts";
import { distance } from "../shared/numbers.ts";
import { type Job, distanceM, stopOf } from "./jobs.ts";
import { type Given, show } from "./given.ts";
import { PhotoQuestion } from "./photo_question.tsx";
import type { Proof } from "./proofs.ts";
import { type Question, questionsOf } from "./questions.ts";
import { SignatureQuestion } from "./signature_question.tsx";

export function HandoverView(given: Given & { kind: ActionKind; id: number }) {
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

/** So far from the address a courier is told before it confirms; the server marks such a handover at this distance unless it is set otherwise. */
const FAR_M = 1000;

function Questions({ work, state, say, language, kind, job }: Given & { kind: ActionKind; job: Job }) {
  const [proof, setProof] = useState<Proof | null>(null);
  const [saving, setSaving] = useState(false);
  useEffect(() => void work.proofs?.find(kind, job.id).then(setProof), [kind, job.id]);
  if (proof === null) return <p class="quiet" role="status">{say("loading")}</p>;
  const { at, photo, signature } = proof;
  const change = (some: Partial<Proof>): void => {
    const next = { ...proof, ...some };
    setProof(next);
    void work.proofs?.keep(kind, job.id, next, [job.id, ...state.jobs.map((one) => one.id)]);
  };
  const stop = stopOf(kind === "pickup" ? { ...job, status: "assigned" } : job);

  const here = state.position?.coords;
  const away_m = here === undefined || stop.point === null ? null : distanceM({ lat: here.latitude, lon: here.longitude }, stop.point);
  const far = away_m !== null && away_m > FAR_M;
  const questions = questionsOf(kind, job.package_details.requires_signature, far);
  const asked: Question = questions[at] ?? "done";
  const last = at >= questions.length - 1;
  const finish = async ({ photo, signature }: Pick<Proof, "photo" | "signature">): Promise<void> => {
    setSaving(true);
    const body: Record<string, unknown> = {};
    if (state.position !== null) {
      body["latitude"] = state.position.coords.latitude;
      body["longitude"] = state.position.coords.longitude;
    }
    if (photo !== null) body[kind === "pickup" ? "pickup_photo" : "delivery_photo"] = photo;
    if (signature !== null) body["signature"] = signature;
    await work.done({ kind, delivery_id: job.id, title: stop.address, body });
    show({ name: "work" });
  };
  const answer = (some: Partial<Proof>): void => {
    if (last) void finish({ ...proof, ...some });
    else change({ ...some, at: at + 1 });
  };
  const done = say(kind === "pickup" ? "stop.picked_up" : "stop.delivered");
  return (
    <section class="handover card">
      <p class="quiet">{questions.length > 1 && `${say("question.of", { at: Math.min(at + 1, questions.length), of: questions.length })} · `}{stop.address}</p>
      {last && here === undefined && <p class="quiet" role="status">{say("done.no_place")}</p>}
      {asked === "photo" && (
        <PhotoQuestion
          title={say(kind === "pickup" ? "photo.pickup" : "photo.dropoff")}
          photo={photo}
          say={say}
          busy={saving}
          use={last ? done : say("photo.use")}
          skip={say(!last ? "photo.skip" : kind === "pickup" ? "photo.skip.pickup" : "photo.skip.dropoff")}
          onTake={(taken) => change({ photo: taken, at: last ? at : at + 1 })}
          onAnswer={(used) => answer({ photo: used })}
        />
      )}
      {asked === "signature" && (
        <SignatureQuestion
          name={stop.contact}
          required={job.package_details.requires_signature}
          say={say}
          busy={saving}
          use={last ? done : say("signature.use")}
          skip={say(last ? "signature.skip.dropoff" : "signature.skip")}
          onAnswer={(written) => answer({ signature: written })}
        />
      )}
      {asked === "done" && (
        <>
          <h1 tabIndex={-1} class="answer">{say(kind === "pickup" ? "done.pickup" : "done.dropoff", { name: stop.contact })}</h1>
          <ul class="proofs quiet">
            <li>{say(photo === null ? "done.no_photo" : "done.photo")}</li>
            {kind === "deliver" && <li>{say(signature === null ? "done.no_signature" : "done.signature")}</li>}
          </ul>
          {far && <p class="problem" role="status">{say("done.far", { distance: distance(away_m, language) })}</p>}
          <button type="button" class="button first large" disabled={saving} onClick={() => void finish(proof)}>{done}</button>
        </>
      )}
      <button type="button" class="button" onClick={() => (at > 0 ? change({ at: at - 1 }) : show({ name: "work" }))}>{say("back")}</button>
    </section>
  );
}
