// A parcel that was not picked up goes back, for somebody else to carry; why is asked first.
import { Undo2 } from "lucide";
import { useState } from "preact/hooks";
import { Field } from "../shared/field.tsx";
import { Icon } from "../shared/icon.tsx";
import { problemOf } from "../shared/problems.ts";
import { AskTwice } from "./ask_twice.tsx";
import type { Given } from "./given.ts";
import type { Job } from "./jobs.ts";
import type { GiveBackReason } from "./work_state.ts";

const REASONS: readonly GiveBackReason[] = ["vehicle_trouble", "too_far", "too_much", "pickup_closed", "not_ready", "unsafe", "off_duty", "other"];

/** The button, and the question behind it. Without a network it is told later, with the time at which it was done. */
export function GiveBack({ work, say, job }: Pick<Given, "work" | "say"> & { job: Job }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [reason, setReason] = useState<GiveBackReason>("vehicle_trouble");
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState("");
  const give = async (): Promise<void> => {
    setAsking(false);
    setBusy(true);
    setProblem("");
    try {
      await work.giveBack(job, reason, note.trim());
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="button" disabled={busy} onClick={() => setAsking(true)}>
        <Icon of={Undo2} />
        {say(busy ? "duty.changing" : "give_back")}
      </button>
      <p class="problem" role="alert">{problem}</p>
      {asking && (
        <AskTwice title={say("give_back.title", { title: job.pickup_address })} yes={say("give_back")} no={say("give_back.keep")} onYes={() => void give()} onNo={() => setAsking(false)}>
          <fieldset class="reasons">
            <legend class="quiet">{say("give_back.why")}</legend>
            {REASONS.map((one) => (
              <label key={one} class="check">
                <input type="radio" name="reason" checked={one === reason} onChange={() => setReason(one)} />
                {say(`give_back.${one}`)}
              </label>
            ))}
          </fieldset>
          <Field label={say("give_back.note")} name="note" value={note} onValue={setNote} more={{ maxLength: 2000 }} />
        </AskTwice>
      )}
    </>
  );
}
