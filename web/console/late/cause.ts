// Why a delivery is late, as far as what is known says so: pure. Nothing is guessed; what stands in its way now comes before what happened.
import { handKey } from "../../shared/hands/hands.ts";
import { metres } from "../../shared/motion.ts";
import type { Details, Hand } from "../calls.ts";
import { LONG_AT_STOP_MS, lateness, waitsSince } from "../exceptions.ts";
import { type Courier, type Delivery, type SearchFrame, aboard } from "../frames.ts";
import { dueOf } from "../tries.ts";

export type Cause =
  | { key: "cause.tried"; at: number; reason: string }
  | { key: "cause.nobody_took" }
  | { key: "cause.waits" | "cause.ready_late" | "cause.given_late" | "cause.fetched_late"; at: number }
  | { key: "cause.waits_again" | "cause.moved"; at: number; hand: Hand }
  | { key: "cause.silent" | "cause.at_pickup" | "cause.at_door"; for_ms: number }
  | { key: "cause.offline" | "cause.unknown" }
  | { key: "cause.stops"; count: number }
  | { key: "cause.not_fetched" | "cause.behind"; metres: number; planned: number; at: number };

/** By so much an arrival may move after it was planned before that is what is wrong. */
export const SLIP_MS = 5 * 60_000;

export interface Known {
  delivery: Delivery;
  /** Who has it, as it was heard of last. */
  courier: Courier | undefined;
  search: Pick<SearchFrame, "status"> | undefined;
  /** Null until they are there. */
  details: Pick<Details, "ready_at"> | null;
  hands: readonly Hand[] | null;
}

/** Null where it is not late, or what would say it is not there yet. */
export function causeOf({ delivery, courier, search, details, hands }: Known, now: number): Cause | null {
  if (lateness(delivery, now) === 0) return null;
  if (delivery.attempt !== null) return { key: "cause.tried", at: delivery.attempt.at, reason: delivery.attempt.reason };
  if (delivery.status !== "available") {
    const stands = standing(delivery, courier, now);
    const slipped = stands ?? slipping(delivery, courier);
    if (slipped !== null) return slipped;
  }
  if (details === null || hands === null) return null;
  return delivery.status === "available" ? waiting(delivery, search, hands) : before(delivery, details, hands);
}

/** What keeps whoever has it now. */
function standing({ at_stop, at_stop_since }: Delivery, courier: Courier | undefined, now: number): Cause | null {
  if (courier === undefined) return { key: "cause.offline" };
  if (courier.presence !== "online") return { key: "cause.silent", for_ms: Math.max(0, now - courier.recorded_at) };
  if (at_stop_since === null || now - at_stop_since < LONG_AT_STOP_MS) return null;
  return { key: at_stop === "pickup" ? "cause.at_pickup" : "cause.at_door", for_ms: now - at_stop_since };
}

/** Whoever has it was to be further by now: what is yet to come of that, and from how far. */
function slipping(delivery: Delivery, courier: Courier | undefined): Cause | null {
  const { expected_at, planned_at, stops_before, pickup, dropoff } = delivery;
  if (courier === undefined || expected_at === null || planned_at === null || expected_at - planned_at < SLIP_MS) return null;
  const fetched = aboard(delivery);
  if (fetched && stops_before !== null && stops_before > 0) return { key: "cause.stops", count: stops_before };
  const next = fetched ? dropoff : pickup;
  return next === null ? null : { key: fetched ? "cause.behind" : "cause.not_fetched", metres: metres(courier, next), planned: planned_at, at: expected_at };
}

function waiting(delivery: Delivery, search: Known["search"], hands: readonly Hand[]): Cause {
  if (search?.status === "exhausted") return { key: "cause.nobody_took" };
  const lost = newest(hands, "delivery.unassigned");
  return lost === null ? { key: "cause.waits", at: waitsSince(delivery) } : { key: "cause.waits_again", at: Date.parse(lost.at), hand: lost };
}

/** What happened on the way to now, the newest that can be named first. */
function before(delivery: Delivery, { ready_at }: NonNullable<Known["details"]>, hands: readonly Hand[]): Cause {
  const moved = newest(hands, "delivery.reassigned");
  if (moved !== null) return { key: "cause.moved", at: Date.parse(moved.at), hand: moved };
  const due = dueOf(delivery) ?? delivery.planned_at ?? Infinity;
  const { assigned_at, picked_up_at, stops_before } = delivery;
  if (ready_at !== null && Date.parse(ready_at) >= due) return { key: "cause.ready_late", at: Date.parse(ready_at) };
  if (assigned_at !== null && assigned_at >= due) return { key: "cause.given_late", at: assigned_at };
  if (picked_up_at !== null && picked_up_at >= due) return { key: "cause.fetched_late", at: picked_up_at };
  return stops_before !== null && stops_before > 0 ? { key: "cause.stops", count: stops_before } : { key: "cause.unknown" };
}

/** The last of its kind that can be told. */
function newest(hands: readonly Hand[], event: string): Hand | null {
  const found = hands.filter((hand) => hand.event === event && handKey(hand) !== null);
  return found.reduce<Hand | null>((last, hand) => (last === null || Date.parse(hand.at) > Date.parse(last.at) ? hand : last), null);
}
