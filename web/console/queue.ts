// The list of deliveries: which are shown, and in which order.
import { type Delivery, type Profile, onHold, underWay } from "./frames.ts";
import { waitsSince } from "./exceptions.ts";
import { dueOf } from "./tries.ts";
import { numberSigns } from "../shared/tracking_number.ts";

export const FILTERS = ["all", "waiting", "assigned", "aboard", "late", "silent"] as const;
export type Filter = (typeof FILTERS)[number];

const URGENCY = { urgent: 0, high: 1, normal: 2, low: 3 } as const;

export interface Listed {
  delivery: Delivery;
  late_ms: number;
  silent: boolean;
}

/** Milliseconds until what was promised breaks; of what was promised nothing, since when it waits counts behind. */
function timeLeft(delivery: Delivery, now: number): number {
  const due = dueOf(delivery);
  return due === null ? Number.MAX_SAFE_INTEGER - (now - waitsSince(delivery)) : due - now;
}

/** What waits first, then what is under way, each by the time left; what is on hold is nobody's turn and last. */
export function ordered(listed: readonly Listed[], now: number): Listed[] {
  return [...listed].sort(
    ({ delivery: a }, { delivery: b }) =>
      Number(onHold(a, now)) - Number(onHold(b, now)) ||
      Number(underWay(a)) - Number(underWay(b)) ||
      Number(waitsSince(a) > now) - Number(waitsSince(b) > now) ||
      timeLeft(a, now) - timeLeft(b, now) ||
      URGENCY[a.priority] - URGENCY[b.priority] ||
      a.id - b.id,
  );
}

export function passes(one: Listed, filter: Filter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "waiting":
      return one.delivery.status === "available";
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

export function counts(listed: readonly Listed[]): Record<Filter, number> {
  const found = Object.fromEntries(FILTERS.map((filter) => [filter, 0])) as Record<Filter, number>;
  for (const one of listed) for (const filter of FILTERS) if (passes(one, filter)) found[filter] += 1;
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
