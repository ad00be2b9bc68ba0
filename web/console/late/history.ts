// What happened to a delivery, step by step, with who gave it to whom and what decided it: the steps of the delivery, told together with
// its changes of hands and its tries at the door, which are written at the same moments.
import type { Details, Hand } from "../calls.ts";

type Step = Details["tracking_history"][number];
export type Attempt = Details["attempts"][number];

export interface Happened {
  at: number;
  /** Null for what is no step: who was given it has confirmed it. */
  step: Step | null;
  hand: Hand | null;
  attempt: Attempt | null;
}

/** Steps and events are written with one moment; what a database rounds is less than this. */
const SAME_MS = 5;
const ASSIGNED = "delivery.assigned";
const ACCEPTED = "delivery.accepted";
/** Whoever takes what waits says so in the same moment. */
const TOOK_MS = 10_000;

/** Oldest first. */
export function happenedOf({ tracking_history, attempts }: Pick<Details, "tracking_history" | "attempts">, hands: readonly Hand[]): Happened[] {
  const rest = hands.filter((hand) => !isOwnWord(hand, hands));
  const told = tracking_history.map((step): Happened => {
    const at = Date.parse(step.timestamp);
    const place = rest.findIndex((hand) => hand.event !== ACCEPTED && near(hand.at, at, SAME_MS));
    const hand = place < 0 ? null : (rest.splice(place, 1)[0] ?? null);
    const attempt = attempts.find((one) => one.message === step.message && near(one.timestamp, at, SAME_MS)) ?? null;
    return { at, step, hand, attempt };
  });
  const confirmed = rest.filter((hand) => hand.event === ACCEPTED).map((hand): Happened => ({ at: Date.parse(hand.at), step: null, hand, attempt: null }));
  return [...told, ...confirmed].sort((a, b) => a.at - b.at);
}

/** Whether somebody only confirms what it took by itself a moment ago. */
function isOwnWord(hand: Hand, hands: readonly Hand[]): boolean {
  if (hand.event !== ACCEPTED) return false;
  return hands.some((one) => one.event === ASSIGNED && one.transporter === hand.transporter && one.how !== "by_hand" && near(one.at, Date.parse(hand.at), TOOK_MS));
}

function near(text: string, at: number, within_ms: number): boolean {
  return Math.abs(Date.parse(text) - at) <= within_ms;
}
