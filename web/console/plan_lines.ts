// The pairs of a plan as lines on the map: from where each courier is to what it would fetch.
import type { Board } from "./board.ts";
import type { AssignmentPlan } from "./calls.ts";
import type { PlanLine } from "./console_map.ts";
import { differences } from "./plan_differences.ts";

/** What has no place, or is no longer on the board, has no line; what is chosen comes last, above the others. */
export function planLines(plan: AssignmentPlan, before: AssignmentPlan | null, board: Pick<Board, "couriers" | "deliveries">, chosen: number | null): PlanLine[] {
  const { moved } = differences(before, plan);
  const lines = plan.pairs.flatMap((one): PlanLine[] => {
    const from = board.couriers.get(one.transporter_id);
    const to = board.deliveries.get(one.delivery_id)?.pickup ?? null;
    if (from === undefined || to === null) return [];
    return [{ from, to, chosen: one.delivery_id === chosen, locked: one.locked, moved: moved.has(one.delivery_id) }];
  });
  return lines.sort((a, b) => Number(a.chosen) - Number(b.chosen));
}
