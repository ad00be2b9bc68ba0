// Who of the candidates would be at the door first, and in what the one with the best score is ahead of that one.
import type { Candidate } from "./calls.ts";
import { LATE_AFTER_MS } from "./exceptions.ts";

/** The terms of a score, and what each is called. */
export const TERMS = [
  ["distance_score", "term.distance"],
  ["rating_score", "term.rating"],
  ["capacity_score", "term.capacity"],
  ["workload_score", "term.workload"],
] as const;

export type TermName = (typeof TERMS)[number][1];

type Rated = Pick<Candidate, "estimated_delivery_time" | "score_details">;

/** The place of the one who arrives first; of several at the same moment the one with the better score. -1 of nobody. */
export function firstThere(candidates: readonly Pick<Rated, "estimated_delivery_time">[]): number {
  let first = -1;
  candidates.forEach((one, place) => {
    const earliest = candidates[first];
    if (earliest === undefined || Date.parse(one.estimated_delivery_time) < Date.parse(earliest.estimated_delivery_time)) first = place;
  });
  return first;
}

export const ORDERS = ["suggested", "door"] as const;
export type Order = (typeof ORDERS)[number];

/** Those who are proposed, or the first of those, in the order that is asked for; of those who are at the door at the same moment the better score comes first. */
export function inOrder<One extends Pick<Rated, "estimated_delivery_time">>(ranked: readonly One[], order: Order): One[] {
  if (order === "suggested") return [...ranked];
  return [...ranked].sort((a, b) => Date.parse(a.estimated_delivery_time) - Date.parse(b.estimated_delivery_time));
}

/** The terms in which one has more than another, the largest lead first. */
export function aheadIn(one: Rated, other: Rated): TermName[] {
  return TERMS.map(([term, name]) => ({ name, lead: one.score_details[term] - other.score_details[term] }))
    .filter(({ lead }) => lead > 0)
    .sort((a, b) => b.lead - a.lead)
    .map(({ name }) => name);
}

/** By how much an arrival is after what was asked for; 0 where it is in time, as the list counts that, or nothing was asked for. Milliseconds. */
export function lateOnArrival(candidate: Pick<Rated, "estimated_delivery_time">, due_at: number | null): number {
  const late = due_at === null ? 0 : Date.parse(candidate.estimated_delivery_time) - due_at;
  return late >= LATE_AFTER_MS ? late : 0;
}

/** Whom the page proposes: the best score of those who come in time; where nobody does, of those who are least late. */
export function chosenOf<One extends Pick<Rated, "estimated_delivery_time">>(ranked: readonly One[], due_at: number | null): One | undefined {
  const least = Math.min(...ranked.map((one) => lateOnArrival(one, due_at)));
  return ranked.find((one) => lateOnArrival(one, due_at) - least < LATE_AFTER_MS);
}

/** Whom the page proposes before all others, who stay in their order. */
export function proposedFirst<One>(ranked: readonly One[], proposed: One | undefined): One[] {
  return proposed === undefined ? [...ranked] : [proposed, ...ranked.filter((one) => one !== proposed)];
}

/** Whether none of them would be at the door in an earlier minute than `expected_at`, when who has it now is there; false where nobody knows that, or there is nobody else. */
export function nobodyEarlier(others: readonly Pick<Rated, "estimated_delivery_time">[], expected_at: number | null): boolean {
  const minute = (at: number): number => Math.floor(at / 60_000);
  return expected_at !== null && others.length > 0 && others.every((one) => minute(Date.parse(one.estimated_delivery_time)) >= minute(expected_at));
}

/** How many stops for others come before the door, in words; null where there are none, or nobody knows. */
export function stopsWords(stops: number | null): { key: "candidates.stop_before" | "candidates.stops_before"; count: number } | null {
  if (stops === null || stops === 0) return null;
  return { key: stops === 1 ? "candidates.stop_before" : "candidates.stops_before", count: stops };
}

/** By how much what else somebody has to do would come later, as far as it counts as late: the most, of which delivery, and of how many. */
export function delayOf({ delays }: Pick<Candidate, "delays">): { delivery: number; by_s: number; count: number } | null {
  const counted = delays.filter((one) => one.by_s * 1000 >= LATE_AFTER_MS);
  const most = counted[0];
  return most === undefined ? null : { delivery: most.delivery_id, by_s: most.by_s, count: counted.length };
}

/** The ranked without who has the parcel now. */
export function othersOf<One extends { transporter: { id: number } }>(candidates: readonly One[], holder: number | null): One[] {
  return candidates.filter((one) => one.transporter.id !== holder);
}
