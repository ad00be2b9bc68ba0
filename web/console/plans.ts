// What a dispatcher changes about a plan before it is committed, and what planning again changed.
import type { AssignmentPlan, PlanRequest } from "./calls.ts";

/** The API plans so many named deliveries at once; of more it is asked to take all that wait. */
export const MOST_PLANNED = 20_000;
/** The sliders' end. Only ratios count, so a plan that was made with greater weights is scaled down to it. */
export const MOST_WEIGHT = 5;
export const TERMS = ["distance", "rating", "capacity", "workload"] as const;
export type Term = (typeof TERMS)[number];
export type Weights = Readonly<Record<Term, number>>;

export interface Pair {
  delivery: number;
  courier: number;
}

/** What the next plan is asked for. */
export interface Draft {
  /** Null: all that wait. */
  deliveries: readonly number[] | null;
  /** Who has to have it, by delivery. */
  locked: ReadonlyMap<number, number>;
  forbidden: readonly Pair[];
  weights: Weights;
}

export const EVEN: Weights = { distance: 1, rating: 1, capacity: 1, workload: 1 };

export function draftFor(deliveries: readonly number[]): Draft {
  return { deliveries: deliveries.length > MOST_PLANNED ? null : deliveries, locked: new Map(), forbidden: [], weights: EVEN };
}

/** What a plan was asked for, out of its answer: a reload goes on where it was. */
export function draftOf(plan: AssignmentPlan): Draft {
  const deliveries = [...plan.pairs, ...plan.left_out].map((one) => one.delivery_id);
  return {
    ...draftFor(deliveries),
    locked: new Map(plan.pairs.filter((one) => one.locked).map((one) => [one.delivery_id, one.transporter_id])),
    forbidden: plan.forbidden.map((one) => ({ delivery: one.delivery_id, courier: one.transporter_id })),
    weights: within(plan.weights),
  };
}

function within(weights: Weights): Weights {
  const greatest = Math.max(...TERMS.map((term) => weights[term]));
  if (greatest <= MOST_WEIGHT) return weights;
  const scaled = (term: Term): number => (weights[term] * MOST_WEIGHT) / greatest;
  return { distance: scaled("distance"), rating: scaled("rating"), capacity: scaled("capacity"), workload: scaled("workload") };
}

export function requestOf(draft: Draft): PlanRequest {
  const pair = (delivery_id: number, transporter_id: number): { delivery_id: number; transporter_id: number } => ({ delivery_id, transporter_id });
  return {
    ...(draft.deliveries !== null && { delivery_ids: [...draft.deliveries] }),
    locked: [...draft.locked].map(([delivery, courier]) => pair(delivery, courier)),
    forbidden: draft.forbidden.map((one) => pair(one.delivery, one.courier)),
    weights: { ...draft.weights },
  };
}

export function isForbidden(draft: Draft, { delivery, courier }: Pair): boolean {
  return draft.forbidden.some((one) => one.delivery === delivery && one.courier === courier);
}

/** Keep a pair, or no longer; what is kept is not forbidden. */
export function lockTurned(draft: Draft, pair: Pair): Draft {
  const locked = new Map(draft.locked);
  if (locked.get(pair.delivery) === pair.courier) locked.delete(pair.delivery);
  else locked.set(pair.delivery, pair.courier);
  return { ...draft, locked, forbidden: without(draft.forbidden, pair) };
}

/** Forbid a pair, or no longer; what is forbidden is not kept. */
export function banTurned(draft: Draft, pair: Pair): Draft {
  if (isForbidden(draft, pair)) return { ...draft, forbidden: without(draft.forbidden, pair) };
  const locked = new Map(draft.locked);
  if (locked.get(pair.delivery) === pair.courier) locked.delete(pair.delivery);
  return { ...draft, locked, forbidden: [...draft.forbidden, pair] };
}

function without(pairs: readonly Pair[], { delivery, courier }: Pair): Pair[] {
  return pairs.filter((one) => one.delivery !== delivery || one.courier !== courier);
}

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
