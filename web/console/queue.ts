// The list of deliveries: which are shown, and in which order.
import { type Delivery, type Profile, onHold, underWay } from "./frames.ts";
import { waitsSince } from "./exceptions.ts";
import type { ListOrder } from "./list_order.ts";
import { dueOf, triedOf } from "./tries.ts";
import { numberSigns } from "../shared/tracking_number.ts";

export const FILTERS = ["all", "waiting", "assigned", "aboard", "late", "silent"] as const;
export type Filter = (typeof FILTERS)[number];

const URGENCY = { urgent: 0, high: 1, normal: 2, low: 3 } as const;
const MINUTE_MS = 60_000;
/** What nobody said a time for presses once it has waited so long as if it were due then; the more urgent, the sooner. */
export const PATIENCE_MS = { urgent: 15 * MINUTE_MS, high: 30 * MINUTE_MS, normal: 60 * MINUTE_MS, low: 120 * MINUTE_MS } as const;

export interface Listed {
  delivery: Delivery;
  late_ms: number;
  silent: boolean;
}

/** Whole minutes between when it is expected at its door, or now, and when it should be there; below 0 where that is too late. */
function minutesLeft(delivery: Delivery, now: number): number {
  const moves = underWay(delivery);
  const by = dueOf(delivery) ?? (moves ? delivery.planned_at : waitsSince(delivery) + PATIENCE_MS[delivery.priority]);
  const at = moves ? Math.max(delivery.expected_at ?? now, now) : now;
  return by === null ? Number.MAX_SAFE_INTEGER : Math.floor((by - at) / MINUTE_MS); // seconds decide nothing, and would let rows jump
}

/** What needs somebody before all that is in time, in the order of `exceptions.ts`. */
function need({ delivery, late_ms, silent }: Listed, now: number): number {
  if (triedOf(delivery, now) === "no_next_try") return 0;
  return late_ms > 0 ? 1 : silent ? 2 : 3;
}

interface Measured {
  one: Listed;
  held: boolean;
  need: number;
  left: number;
  since: number;
  due: number;
}

const byPress = (a: Measured, b: Measured): number => a.need - b.need || a.left - b.left || URGENCY[a.one.delivery.priority] - URGENCY[b.one.delivery.priority];
const BY: Readonly<Record<ListOrder, (a: Measured, b: Measured) => number>> = {
  pressing: byPress,
  oldest: (a, b) => a.since - b.since,
  newest: (a, b) => b.since - a.since || b.one.delivery.id - a.one.delivery.id,
  due: (a, b) => (a.due === b.due ? 0 : a.due - b.due) || byPress(a, b),
};

/** What waits first, then what is under way, each by what presses most or as is asked for; what is on hold is nobody's turn and last. */
export function ordered(listed: readonly Listed[], now: number, order: ListOrder = "pressing"): Listed[] {
  const rows = listed.map((one): Measured => {
    const { delivery } = one;
    const since = underWay(delivery) ? delivery.created_at : waitsSince(delivery);
    return { one, need: need(one, now), left: minutesLeft(delivery, now), held: onHold(delivery, now), since, due: dueOf(delivery) ?? Infinity };
  });
  rows.sort((a, b) => {
    const [one, other] = [a.one.delivery, b.one.delivery];
    return (
      Number(a.held) - Number(b.held) ||
      Number(underWay(one)) - Number(underWay(other)) ||
      Number(waitsSince(one) > now) - Number(waitsSince(other) > now) ||
      BY[order](a, b) ||
      one.id - other.id
    );
  });
  return rows.map(({ one }) => one);
}

/** The parts in which the list is shown, one below the other. */
export interface Grouped {
  waiting: readonly Listed[];
  under_way: readonly Listed[];
  on_hold: readonly Listed[];
}

export function grouped(listed: readonly Listed[], now: number): Grouped {
  const held = listed.filter((one) => onHold(one.delivery, now));
  const others = listed.filter((one) => !onHold(one.delivery, now));
  return { waiting: others.filter((one) => !underWay(one.delivery)), under_way: others.filter((one) => underWay(one.delivery)), on_hold: held };
}

/** Rows as they stand below each other: what steps through them, and stretches over them, goes by what is seen. */
export function asShown(listed: readonly Listed[], now: number): Listed[] {
  const { waiting, under_way, on_hold } = grouped(listed, now);
  return [...waiting, ...under_way, ...on_hold];
}

/** Whether somebody could have it now: what is on hold is nobody's turn. */
export function isWanted(delivery: Delivery, now: number): boolean {
  return delivery.status === "available" && !onHold(delivery, now);
}

export function passes(one: Listed, filter: Filter, now: number): boolean {
  switch (filter) {
    case "all":
      return true;
    case "waiting":
      return isWanted(one.delivery, now);
    case "assigned":
      return one.delivery.status === "assigned";
    case "aboard":
      return one.delivery.status === "picked_up" || one.delivery.status === "in_transit";
    case "late":
      return one.late_ms > 0;
    case "silent":
      return one.silent;
  }
}

export function counts(listed: readonly Listed[], now: number): Record<Filter, number> {
  const found = Object.fromEntries(FILTERS.map((filter) => [filter, 0])) as Record<Filter, number>;
  for (const one of listed) for (const filter of FILTERS) if (passes(one, filter, now)) found[filter] += 1;
  return found;
}

/** Whether a delivery has all words of a search, in any of what is read of it. */
export function matches(delivery: Delivery, courier: Profile | undefined, search: string): boolean {
  const signs = numberSigns(search);
  if (signs !== "" && delivery.tracking_number.includes(signs)) return true;
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [
    delivery.tracking_number,
    `#${delivery.id}`,
    delivery.pickup_address,
    delivery.delivery_address,
    courier?.name ?? "",
    courier?.vehicle_number ?? "",
  ]
    .join("\n")
    .toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

/** Transporters whose name, vehicle or phone has all words of a search; at most so many. */
export function couriersFound(profiles: Iterable<Profile>, search: string, most: number): Profile[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: Profile[] = [];
  for (const profile of profiles) {
    const text = `${profile.name}\n${profile.business_name}\n${profile.vehicle_number}\n${profile.phone}`.toLocaleLowerCase();
    if (words.every((word) => text.includes(word))) found.push(profile);
    if (found.length >= most) break;
  }
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
}
