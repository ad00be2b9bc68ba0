// At the door in vain: why, a photo that somebody was there, and when it is tried again. Works without network.
import { useState } from "preact/hooks";
import { Field } from "../shared/field.tsx";
import { attemptBody } from "./attempt_answers.ts";
import { useGathering } from "./gathering.ts";
import { type Given, hereOf, show } from "./given.ts";
import { FarQuestion, isFar } from "./far_question.tsx";
import { type Job, awayM, navigationLink, stopOf } from "./jobs.ts";
import { NEXT_TRIES, REASONS, TROUBLES, reasonOf } from "./next_tries.ts";
import { useSettled } from "../shared/settled.ts";
import { PhotoQuestion } from "./photo_question.tsx";

export function AttemptView(given: Given & { id: number }) {
  const [job] = useState(() => given.state.jobs.find((one) => one.id === given.id)); // what was begun is brought to its end
  const shown = job ?? given.state.jobs.find((one) => one.id === given.id);
  if (shown === undefined || shown.status === "assigned") {
    return (
      <section class="card stop">
        <h1 tabIndex={-1}>{given.say(given.state.known_jobs === null ? "loading" : "jobs.gone")}</h1>
        <button type="button" class="button" onClick={() => show({ name: "work" })}>{given.say("back")}</button>
      </section>
    );
  }
  return <Questions {...given} job={shown} />;
}

function Questions({ work, state, say, language, job }: Given & { job: Job }) {
  const { shown: answers, change, type } = useGathering(work, "attempts", job.id, state.jobs);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState("");
  const settled = useSettled(answers === null ? null : `${answers.at} ${answers.far_seen}`);
  if (answers === null) return <p class="quiet" role="status">{say("loading")}</p>;
  const { at, photo, next, note } = answers;
  const exhausted = job.attempts_left === 0;
  const reasons = exhausted ? TROUBLES : REASONS;
  const reason = reasonOf(answers.reason, reasons); // what is offered may change while it is asked
  const stop = stopOf(job);
  const { address, point } = stop;
  const away_m = awayM(hereOf({ work, state }), point);
  const far = isFar(away_m, state.duty) && !answers.far_seen;
  const finish = async (): Promise<void> => {
    setSaving(true);
    setProblem("");
    const { coords } = state.position ?? {};
    const place = coords === undefined ? {} : { latitude: coords.latitude, longitude: coords.longitude };
    try {
      await work.done({ kind: "attempts", delivery_id: job.id, title: address, body: { ...attemptBody({ ...answers, reason }, work.now()), ...place } });
      show({ name: "work" });
    } catch {
      setProblem(say("done.not_kept"));
      setSaving(false);
    }
  };
  return (
    <section class="handover card">
      <p class="quiet">{!far && `${say("question.of", { at: at + 1, of: 3 })} · `}{address}</p>
      {far && away_m !== null && <FarQuestion away_m={away_m} way={navigationLink(stop, navigator.userAgent)} say={say} language={language} onGoOn={() => change({ far_seen: true })} />}
      {!far && at === 0 && (
        <>
          <h1 tabIndex={-1} class="answer">{say("attempt.why")}</h1>
          {job.attempts_left >= 0 && <p class="quiet">{say(exhausted ? "attempt.none_left" : "attempt.left", { count: job.attempts_left })}</p>}
          <fieldset class="reasons">
            <legend class="unseen">{say("attempt.why")}</legend>
            {reasons.map((one) => (
              <label key={one} class="check">
                <input type="radio" name="reason" checked={one === reason} onChange={() => type({ reason: one })} />
                {say(`attempt.${one}`)}
              </label>
            ))}
          </fieldset>
          <button type="button" class="button first large" onClick={() => void change({ at: 1 })}>{say("attempt.on")}</button>
        </>
      )}
      {!far && at === 1 && (
        <PhotoQuestion
          title={say("attempt.photo")}
          required={false}
          busy={saving || !settled}
          use={say("photo.use")}
          skip={say("photo.skip")}
          photo={photo}
          say={say}
          onTake={(taken) => change({ photo: taken })}
          onAnswer={(used) => void change({ photo: used, at: 2 })}
        />
      )}
      {!far && at === 2 && (
        <>
          <h1 tabIndex={-1} class="answer">{say("attempt.next")}</h1>
          <fieldset class="reasons">
            <legend class="unseen">{say("attempt.next")}</legend>
            {NEXT_TRIES.map((one) => (
              <label key={one} class="check">
                <input type="radio" name="next" checked={one === next} onChange={() => type({ next: one })} />
                {say(`attempt.next.${one}`)}
              </label>
            ))}
          </fieldset>
          <Field label={say("give_back.note")} name="note" value={note} onValue={(typed) => type({ note: typed })} more={{ maxLength: 2000 }} />
          <button type="button" class="button first large" disabled={saving || !settled} onClick={() => void finish()}>{say("attempt.save")}</button>
        </>
      )}
      <p class="problem" role="alert">{problem}</p>
      <button type="button" class="button" onClick={() => (at > 0 && !far ? void change({ at: at - 1 }) : show({ name: "work" }))}>{say("back")}</button>
    </section>
  );
}
