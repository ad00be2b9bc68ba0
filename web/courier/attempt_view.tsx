// At the door in vain: why, a photo that somebody was there, and when it is tried again. Works without network.
import { useState } from "preact/hooks";
import { Field } from "../shared/field.tsx";
import { type Given, show } from "./given.ts";
import { FAR_M, FarQuestion } from "./far_question.tsx";
import { type Job, awayM, navigationLink, stopOf } from "./jobs.ts";
import { NEXT_TRIES, type NextTry, REASONS, type Reason, nextTryAt } from "./next_tries.ts";
import { useSettled } from "./settled.ts";
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
  const [at, setAt] = useState(0);
  const [reason, setReason] = useState<Reason>("nobody_there");
  const [photo, setPhoto] = useState<string | null>(null);
  const [next, setNext] = useState<NextTry>("tomorrow");
  const [note, setNote] = useState("");
  const [saving, setSaving] = useState(false);
  const [farSeen, setFarSeen] = useState(false);
  const settled = useSettled(`${at} ${farSeen}`);
  const stop = stopOf(job);
  const { address, point } = stop;
  const away_m = awayM(state.position?.coords, point);
  const far = away_m !== null && away_m > FAR_M && !farSeen;
  const finish = async (): Promise<void> => {
    setSaving(true);
    const body: Record<string, unknown> = { reason, note: note.trim() };
    if (state.position !== null) {
      body["latitude"] = state.position.coords.latitude;
      body["longitude"] = state.position.coords.longitude;
    }
    if (photo !== null) body["photo"] = photo;
    const again = nextTryAt(next, work.now());
    if (again !== null) body["next_try_at"] = new Date(again).toISOString();
    await work.done({ kind: "attempts", delivery_id: job.id, title: address, body });
    show({ name: "work" });
  };
  return (
    <section class="handover card">
      <p class="quiet">{!far && `${say("question.of", { at: at + 1, of: 3 })} · `}{address}</p>
      {far && <FarQuestion away_m={away_m} way={navigationLink(stop, navigator.userAgent)} say={say} language={language} onGoOn={() => setFarSeen(true)} />}
      {!far && at === 0 && (
        <>
          <h1 tabIndex={-1} class="answer">{say("attempt.why")}</h1>
          <fieldset class="reasons">
            <legend class="unseen">{say("attempt.why")}</legend>
            {REASONS.map((one) => (
              <label key={one} class="check">
                <input type="radio" name="reason" checked={one === reason} onChange={() => setReason(one)} />
                {say(`attempt.${one}`)}
              </label>
            ))}
          </fieldset>
          <button type="button" class="button first large" onClick={() => setAt(1)}>{say("attempt.on")}</button>
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
          onTake={setPhoto}
          onAnswer={(used) => {
            setPhoto(used);
            setAt(2);
          }}
        />
      )}
      {!far && at === 2 && (
        <>
          <h1 tabIndex={-1} class="answer">{say("attempt.next")}</h1>
          <fieldset class="reasons">
            <legend class="unseen">{say("attempt.next")}</legend>
            {NEXT_TRIES.map((one) => (
              <label key={one} class="check">
                <input type="radio" name="next" checked={one === next} onChange={() => setNext(one)} />
                {say(`attempt.next.${one}`)}
              </label>
            ))}
          </fieldset>
          <Field label={say("give_back.note")} name="note" value={note} onValue={setNote} more={{ maxLength: 2000 }} />
          <button type="button" class="button first large" disabled={saving || !settled} onClick={() => void finish()}>{say("attempt.save")}</button>
        </>
      )}
      <button type="button" class="button" onClick={() => (at > 0 ? setAt(at - 1) : show({ name: "work" }))}>{say("back")}</button>
    </section>
  );
}
