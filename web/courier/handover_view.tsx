// A pickup or a drop-off as a row of single questions: photo, signature, done.
import { useEffect, useState } from "preact/hooks";
import type { ActionKind } from "./actions.ts";
import { type Job, stopOf } from "./jobs.ts";
import type { Given } from "./moving.ts";
import { PhotoQuestion } from "./photo_question.tsx";
import { type Question, questionsOf } from "./questions.ts";
import { SignatureQuestion } from "./signature_question.tsx";

export function HandoverView(given: Given & { kind: ActionKind; id: number }) {
  const { state, go, say, kind, id } = given;
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
        <button type="button" class="button" onClick={() => go({ name: "work" })}>{say("back")}</button>
      </section>
    );
  }
  return <Questions {...given} job={shown} />;
}

function Questions({ work, state, go, say, kind, job }: Given & { kind: ActionKind; job: Job }) {
  const questions = questionsOf(kind, job.package_details.requires_signature);
  const [at, setAt] = useState(0);
  const [photo, setPhoto] = useState<string | null>(null);
  const [signature, setSignature] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const asked: Question = questions[at] ?? "done";
  const stop = stopOf(kind === "pickup" ? { ...job, status: "assigned" } : job);
  const next = (): void => setAt(at + 1);

  const finish = async (): Promise<void> => {
    setSaving(true);
    const body: Record<string, unknown> = {};
    if (state.position !== null) {
      body["latitude"] = state.position.coords.latitude;
      body["longitude"] = state.position.coords.longitude;
    }
    if (photo !== null) body[kind === "pickup" ? "pickup_photo" : "delivery_photo"] = photo;
    if (signature !== null) body["signature"] = signature;
    await work.done({ kind, delivery_id: job.id, title: stop.address, body });
    go({ name: "work" });
  };
  return (
    <section class="handover card">
      <p class="quiet">{say("question.of", { at: at + 1, of: questions.length })} · {stop.address}</p>
      {asked === "photo" && (
        <PhotoQuestion
          title={say(kind === "pickup" ? "photo.pickup" : "photo.dropoff")}
          say={say}
          onAnswer={(taken) => {
            setPhoto(taken);
            next();
          }}
        />
      )}
      {asked === "signature" && (
        <SignatureQuestion
          name={stop.contact}
          required={job.package_details.requires_signature}
          say={say}
          onAnswer={(written) => {
            setSignature(written);
            next();
          }}
        />
      )}
      {asked === "done" && (
        <>
          <h1 tabIndex={-1} class="answer">{say(kind === "pickup" ? "done.pickup" : "done.dropoff", { name: stop.contact })}</h1>
          <ul class="proofs quiet">
            <li>{say(photo === null ? "done.no_photo" : "done.photo")}</li>
            {kind === "deliver" && <li>{say(signature === null ? "done.no_signature" : "done.signature")}</li>}
          </ul>
          <button type="button" class="button first large" disabled={saving} onClick={() => void finish()}>
            {say(kind === "pickup" ? "stop.picked_up" : "stop.delivered")}
          </button>
        </>
      )}
      <button type="button" class="button" onClick={() => (at > 0 ? setAt(at - 1) : go({ name: "work" }))}>{say("back")}</button>
    </section>
  );
}
