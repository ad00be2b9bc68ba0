// A run over many deliveries, as it is followed: what the socket says of it, and what the API answers.
import type { Plan, Run } from "./calls.ts";
import type { RunFrame } from "./frames.ts";

/** How far a run has come; the first two are null until there is a plan. */
export interface Progress {
  deliveries: number | null;
  planned: number | null;
  assigned: number;
  failed: number;
  over: boolean;
}

/** Of what is known of a run the furthest, whichever way it came: an old answer may come after a newer frame. */
export function progressOf(answer: Run | null, frame: RunFrame | undefined): Progress | null {
  const known = [answer === null ? null : { ...answer.progress, over: answer.status !== "running" }];
  if (frame !== undefined) known.push({ ...frame, over: frame.status !== "running" });
  let furthest: Progress | null = null;
  for (const one of known) if (one !== null && (furthest === null || isFurther(one, furthest))) furthest = one;
  return furthest && { deliveries: furthest.deliveries, planned: furthest.planned, assigned: furthest.assigned, failed: furthest.failed, over: furthest.over };
}

function isFurther(one: Progress, other: Progress): boolean {
  if (one.over !== other.over) return one.over;
  if ((one.planned === null) !== (other.planned === null)) return one.planned !== null;
  return one.assigned + one.failed > other.assigned + other.failed;
}

/** Whether the API has to be asked, because a run is over and its result is not there yet. */
export function wantsResult(answer: Run | null, frame: RunFrame | undefined): boolean {
  return frame !== undefined && frame.status !== "running" && answer?.result == null;
}

/** Who was found and for whom nobody was, as a plan says it. */
export function foundIn(run: Run): Pick<Plan, "assignments" | "failures"> {
  const { assignments = [], failures = [] } = run.result ?? {};
  return {
    assignments: assignments.map((one) => ({
      delivery_id: one.delivery_id, transporter: one.assigned_transporter, transporter_id: one.transporter_id, score: one.score,
    })),
    failures: failures.map((one) => ({ ...one, delivery_id: Number(one.delivery_id) })),
  };
}
