// What is otherwise about a plan: what planning again would be asked for, and what it changed.
import type { AssignmentPlan } from "./calls.ts";
import { type Draft, TERMS, draftOf } from "./plans.ts";

/** Whether planning again would be asked for something else than the plan was. To keep what it has anyway changes nothing about it. */
export function isChanged(draft: Draft, plan: AssignmentPlan): boolean {
  const before = draftOf(plan);
  const planned = new Map(plan.pairs.map((one) => [one.delivery_id, one.transporter_id]));
  const asked = [...draft.locked].filter(([delivery, courier]) => before.locked.get(delivery) === courier || planned.get(delivery) !== courier);
  return asText({ ...draft, locked: new Map(asked) }) !== asText(before);
}

function asText({ locked, forbidden, weights }: Draft): string {
  const pairs = (all: Iterable<readonly [number, number]>): string => [...all].map((one) => one.join(":")).sort().join();
  return [pairs(locked), pairs(forbidden.map((one) => [one.delivery, one.courier] as const)), TERMS.map((term) => weights[term]).join()].join("|");
}

/** What planning again changed, by delivery. */
export interface Differences {
  /** Who had it before; null where nobody did. */
  moved: ReadonlyMap<number, number | null>;
  /** Those that somebody had and nobody has now. */
  lost: readonly number[];
}

export function differences(before: AssignmentPlan | null, after: AssignmentPlan): Differences {
  const moved = new Map<number, number | null>();
  if (before === null) return { moved, lost: [] };
  const had = new Map(before.pairs.map((one) => [one.delivery_id, one.transporter_id]));
  for (const one of after.pairs) {
    const holder = had.get(one.delivery_id) ?? null;
    if (holder !== one.transporter_id) moved.set(one.delivery_id, holder);
    had.delete(one.delivery_id);
  }
  return { moved, lost: [...had.keys()] };
}
