import { useEffect, useState } from "preact/hooks";
import { problemOf } from "../shared/problems.ts";
import type { Run } from "./calls.ts";
import { useLateDesk } from "./late/words.ts";
import { Dialog } from "./dialogs.tsx";
import { PlanQuality, RunRows } from "./plan_summary.tsx";
import { foundIn, progressOf, wantsResult } from "./runs.ts";

/** The socket tells sooner; this is for when it is away, and for a run that ended while it was. */
const ASK_EVERY_MS = 5_000;

/** A run that goes on whether it is looked at or not; the address says which, so a reload finds it again. */
export function RunDialog({ id }: { id: number }) {
  const { say, go, calls, actions, runs } = useLateDesk();
  const [answer, setAnswer] = useState<Run | null>(null);
  const [problem, setProblem] = useState("");
  const frame = runs.get(id);
  const missing = wantsResult(answer, frame);
  const ended = answer !== null && answer.result !== null;
  useEffect(() => {
    if (ended) return;
    let left = false;
    const ask = (): void =>
      void calls.run(id).then(
        (run) => {
          if (left) return;
          setProblem("");
          setAnswer(run);
          if (run.result !== null) actions.found(foundIn(run));
        },
        (error: unknown) => !left && setProblem(problemOf(error, say)),
      );
    ask();
    const asking = setInterval(ask, ASK_EVERY_MS);
    return () => {
      left = true;
      clearInterval(asking);
    };
  }, [id, missing, ended]);
  return (
    <Dialog title={say("run.title")} onClose={() => go({ run: null })}>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {ended ? <Ended run={answer} /> : <UnderWay id={id} answer={answer} />}
      <p class="actions"><button type="button" class="button first" onClick={() => go({ run: null })}>{say("console.close")}</button></p>
    </Dialog>
  );
}

function UnderWay({ id, answer }: { id: number; answer: Run | null }) {
  const { say, runs } = useLateDesk();
  const progress = progressOf(answer, runs.get(id));
  if (progress === null) return <p class="quiet" role="status">{say("loading")}</p>;
  const words = progress.planned === null ? say("plan.making") : say("run.progress", { given: progress.assigned, count: progress.planned });
  return (
    <>
      <p role="status">{words}</p>
      <progress aria-label={say("run.title")} max={Math.max(1, progress.planned ?? 1)} value={progress.planned === null ? undefined : progress.assigned} />
      <p class="quiet">{say("run.goes_on")}</p>
    </>
  );
}

function Ended({ run }: { run: Run }) {
  const { say } = useLateDesk();
  const { deliveries, assigned, failed } = run.progress;
  const { assignments, failures } = foundIn(run);
  return (
    <>
      {run.status === "failed" && <p class="problem" role="alert">{say("run.failed")} {run.error}</p>}
      {run.status === "interrupted" && <p class="problem" role="alert">{say("run.interrupted")}</p>}
      <p role="status"><strong>{say("plan.summary", { given: assigned, count: deliveries ?? assigned })}</strong></p>
      {run.planned_total !== null && run.upper_bound !== null && (
        <PlanQuality total={run.planned_total} bound={run.upper_bound} proved={run.certified_optimal === true} />
      )}
      <RunRows assignments={assignments} failures={failures} given={assigned} failed={failed} />
    </>
  );
}
