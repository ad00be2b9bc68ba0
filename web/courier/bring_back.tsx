// A parcel that nobody takes goes back to its seller; why is asked first.
import { Undo2 } from "lucide";
import { useState } from "preact/hooks";
import { Field } from "../shared/field.tsx";
import { Icon } from "../shared/icon.tsx";
import { problemOf } from "../shared/problems.ts";
import { AskTwice } from "./ask_twice.tsx";
import type { Given } from "./given.ts";
import type { Job } from "./jobs.ts";

/** The button, and the question behind it. Whether the parcel was tried enough the server decides, when it hears of the tries before. */
export function BringBack({ work, say, job }: Pick<Given, "work" | "say"> & { job: Job }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState("");
  const bring = async (): Promise<void> => {
    setAsking(false);
    setBusy(true);
    setProblem("");
    try {
      await work.bringBack(job, note.trim() || say("bring_back.nobody"));
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="button" disabled={busy} onClick={() => setAsking(true)}>
        <Icon of={Undo2} />
        {say(busy ? "duty.changing" : "bring_back")}
      </button>
      <p class="problem" role="alert">{problem}</p>
      {asking && (
        <AskTwice title={say("bring_back.title", { title: job.pickup_address })} yes={say("bring_back")} no={say("give_back.keep")} onYes={() => void bring()} onNo={() => setAsking(false)}>
          <Field label={say("give_back.note")} name="note" value={note} onValue={setNote} more={{ maxLength: 2000 }} />
        </AskTwice>
      )}
    </>
  );
}
