// What a dispatcher changes about a plan before it is committed.
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
