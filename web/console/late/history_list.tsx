// What happened to what is looked at, the newest first: who gave it to whom, from whom, what decided it and why.
import { clock } from "../../shared/times.ts";
import { handKey } from "../../shared/hands/hands.ts";
import { useLoading } from "../../shared/loading.tsx";
import { isKey } from "../../shared/words.ts";
import type { Details, Hand } from "../calls.ts";
import { StepFlags } from "../step_flags.tsx";
import { StepNote } from "../step_note.tsx";
import told_steps from "../../shared/told_steps.json";
import { noteOf } from "../step_notes.ts";
import { type Happened, happenedOf } from "./history.ts";
import { useLateDesk } from "./words.ts";

const NOBODY: readonly Hand[] = [];
/** Messages of steps of which the status alone says too little. */
const SAID: ReadonlyMap<string, string> = new Map(Object.entries(told_steps));

/** `turn`: another where the delivery has changed. What is shown stays until the newer answer is there. */
export function HistoryList({ details, turn }: { details: Details; turn: string }) {
  const { say, calls, now, language } = useLateDesk();
  const { value: hands } = useLoading(() => calls.hands(details.id), [details.id, turn]);
  const told = happenedOf(details, hands ?? NOBODY);
  if (told.length === 0) return null;
  return (
    <section aria-labelledby="history">
      <h3 id="history" class="small quiet">{say("detail.history")}</h3>
      <ol class="history">
        {told
          .map((one, place) => (
            <li key={place}>
              <time class="number small quiet" dateTime={new Date(one.at).toISOString()}>{clock(one.at, now, language)}</time>
              <span>
                <Sentence one={one} details={details} />
                {(one.step?.flags?.length ?? 0) > 0 && <> · <StepFlags flags={one.step?.flags ?? []} /></>}
              </span>
            </li>
          ))
          .reverse()}
      </ol>
    </section>
  );
}

function Sentence({ one: { step, hand, attempt }, details }: { one: Happened; details: Details }) {
  const { say } = useLateDesk();
  const notes = step?.notes ?? "";
  const key = hand === null ? null : handKey(hand);
  if (hand !== null && key !== null) {
    const values = { name: hand.transporter_name, from: hand.taken_from_name ?? "", by: hand.by_name ?? say("hand.dispatcher") };
    return <>{say(key, values)}<Why notes={notes} /></>;
  }
  if (attempt !== null) return <>{say(`tried.${attempt.reason}`)}{attempt.note !== "" && <span class="quiet small"> · {attempt.note}</span>}</>;
  if (step === null) return null;
  const { quantity, quantity_accepted: accepted, partial_reason: why } = details;
  if (step.status === "delivered" && accepted !== null && why !== null) return <>{say("history.part", { accepted, quantity })}<span class="quiet small"> · {say(`history.${why}`)}</span></>;
  const status = `status.${step.status}`;
  const said = SAID.get(step.message);
  const words = said !== undefined && isKey(said) ? say(said) : isKey(status) ? say(status) : step.status;
  return <>{words}{notes !== "" && <span class="quiet small"> · <StepNote notes={notes} /></span>}</>;
}

/** Why it changed hands; that it did, and who did it, is said already. */
function Why({ notes }: { notes: string }) {
  const { say } = useLateDesk();
  const known = noteOf(notes);
  const why = known === null ? notes : [known.reason === null ? (known.key.startsWith("note.") ? say(known.key) : "") : say(known.reason), known.own].filter((part) => part !== "").join(`${say("sentence.end")} `);
  return why === "" ? null : <span class="quiet small"> · {why}</span>;
}
