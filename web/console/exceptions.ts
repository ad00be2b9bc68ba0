// What a dispatcher has to look at first, worst first, each once.
import { type Courier, type Delivery, type SearchFrame, aboard, onHold, underWay } from "./frames.ts";
import { dueOf, triedOf } from "./tries.ts";

export type ExceptionKind = "no_next_try" | "next_try" | "late" | "silent" | "nobody_took" | "nobody" | "at_stop" | "far";

/** What is read of a delivery that needs somebody; it may have ended, and be on the board no longer. */
export type Concerned = Pick<Delivery, "id" | "status" | "transporter_id" | "pickup_address" | "delivery_address" | "created_at" | "pickup_from" | "due_at" | "expected_at" | "planned_at" | "attempt" | "next_try" | "on_hold">;

interface Needing {
  /** The same thing again has the same name. */
  key: string;
  delivery: Concerned;
  /** Of a silent courier: how many parcels it has aboard. */
  parcels: number;
  /** How late, how long silent, waiting, standing or without a next try, or how long ago; below 0 what is yet to come. Milliseconds. */
  for_ms: number;
}

/** What the board tells by itself. */
interface OnBoard extends Needing {
  kind: Exclude<ExceptionKind, "far">;
}

/** A step that was taken far off: what was done, what is doubted, and who did it; null where that one has it no longer, and is known by number. */
interface FarOff extends Needing {
  kind: "far";
  doubt: `${"picked_up" | "delivered" | "tried"}.${"far_from_address" | "far_from_last_fix" | "old_fix"}`;
  by: string | null;
}

export type Exception = OnBoard | FarOff;

const MINUTE_MS = 60_000;
/** An estimate is no clock: so much over what was asked for is still in time, and more over what was only planned. */
export const LATE_AFTER_MS = 2 * MINUTE_MS;
export const LATE_BY_PLAN_MS = 10 * MINUTE_MS;
export const LONG_AT_STOP_MS = 10 * MINUTE_MS;
export const NOBODY_AFTER_MS = 10 * MINUTE_MS;
const ORDER: readonly ExceptionKind[] = ["no_next_try", "late", "silent", "nobody_took", "nobody", "at_stop", "far", "next_try"];

/** A row of what needs somebody at its highest, and all that stands beside those rows with three rows of the list below them. */
const ROW_PX = 92;
const BESIDE_PX = 600;
const MOST_SHOWN = 12;

/** How many of what needs somebody are shown at first in a window so high, so that rows of the list are in sight below them; of a list that is filtered its own rows are what somebody wants to see. */
export function shownAtFirst(height_px: number, filtered: boolean): number {
  const room = Math.floor((height_px - BESIDE_PX) / ROW_PX);
  return Math.min(MOST_SHOWN, filtered ? Math.max(1, Math.floor(room / 2)) : Math.max(2, room + 1));
}

/** By how much a delivery is or will be late; 0 where it is in time or on hold, or nothing was asked for and nothing planned. An agreed next try is what counts. */
export function lateness(delivery: Delivery, now: number): number {
  if (onHold(delivery, now)) return 0;
  const expected = underWay(delivery) ? Math.max(delivery.expected_at ?? now, now) : now;
  const due = dueOf(delivery);
  if (due !== null) return expected - due >= LATE_AFTER_MS ? expected - due : 0;
  if (delivery.planned_at === null || !underWay(delivery)) return 0;
  return expected - delivery.planned_at >= LATE_BY_PLAN_MS ? expected - delivery.planned_at : 0;
}

/** What a lateness is measured by: what was asked for and is over, an arrival that is still to come, or only a plan. */
export type Measure = "past_due" | "will_be_late" | "behind_plan";

/** Which of them `lateness` has of a delivery, so that two of them never share one word. */
export function measureOf(delivery: Concerned, now: number): Measure {
  if (dueOf(delivery) === null) return "behind_plan";
  return underWay(delivery) && (delivery.expected_at ?? now) > now ? "will_be_late" : "past_due";
}

/** Since when a delivery that waits could have been fetched: what was on hold, since it was let go. */
export function waitsSince({ created_at, pickup_from, on_hold }: Pick<Delivery, "created_at" | "pickup_from" | "on_hold">): number {
  return Math.max(created_at, pickup_from ?? 0, on_hold?.until ?? 0);
}

/** `unfound`: deliveries for which this page looked for somebody and found nobody; `searches`: how far couriers were asked, by delivery. */
export function exceptionsOf(
  deliveries: Iterable<Delivery>,
  couriers: ReadonlyMap<number, Courier>,
  now: number,
  unfound: ReadonlySet<number> = new Set(),
  searches: ReadonlyMap<number, Pick<SearchFrame, "id" | "status">> = new Map(),
): Exception[] {
  const found: Exception[] = [];
  const silent = new Map<number, Exception>();
  for (const delivery of deliveries) {
    const name = (kind: OnBoard["kind"], for_ms: number): Exception => ({ kind, key: `${kind}:${delivery.id}`, delivery, parcels: 1, for_ms });
    const late = lateness(delivery, now);
    const tried = triedOf(delivery, now);
    if (tried === "no_next_try") found.push(again(delivery, tried, now - (delivery.attempt?.at ?? now)));
    else if (late > 0) found.push(name("late", late));
    else if (tried !== null) found.push(again(delivery, tried, now - (delivery.next_try?.starts_at ?? now)));
    else if (onHold(delivery, now)) continue; // somebody knows why
    else if (delivery.status === "available") {
      const waits = now - waitsSince(delivery);
      const search = searches.get(delivery.id);
      // Each search by itself: whoever put one off has not heard of the next.
      if (search?.status === "exhausted") found.push({ ...name("nobody_took", Math.max(0, waits)), key: `nobody_took:${delivery.id}:${search.id}` });
      else if (waits >= NOBODY_AFTER_MS || unfound.has(delivery.id)) found.push(name("nobody", Math.max(0, waits)));
    } else if (delivery.at_stop_since !== null && now - delivery.at_stop_since >= LONG_AT_STOP_MS) {
      found.push(name("at_stop", now - delivery.at_stop_since));
    }
    if (aboard(delivery) && delivery.transporter_id !== null) noteSilence(delivery, couriers.get(delivery.transporter_id), now, silent);
  }
  return worstFirst([...found, ...silent.values()]);
}

export function worstFirst(found: readonly Exception[]): Exception[] {
  return [...found].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.for_ms - a.for_ms || a.delivery.id - b.delivery.id);
}

/** Each attempt by itself: whoever put one off has not heard of the next. */
function again(delivery: Delivery, kind: OnBoard["kind"], for_ms: number): Exception {
  return { kind, key: `${kind}:${delivery.id}:${delivery.attempt?.number ?? 0}`, delivery, parcels: 1, for_ms };
}

/** One exception a courier, however much is aboard. */
function noteSilence(delivery: Delivery, courier: Courier | undefined, now: number, silent: Map<number, Exception>): void {
  if (courier?.presence === "online" || delivery.transporter_id === null) return;
  const known = silent.get(delivery.transporter_id);
  if (known !== undefined) known.parcels += 1;
  else {
    const since = courier?.recorded_at ?? delivery.picked_up_at ?? now;
    silent.set(delivery.transporter_id, { kind: "silent", key: `silent:c${delivery.transporter_id}`, delivery, parcels: 1, for_ms: Math.max(0, now - since) });
  }
}
