// The fleet in a few numbers, and the parcels that one would ask for first.
import type { Board } from "./board.ts";
import { waitsSince } from "./exceptions.ts";
import { type Delivery, onHold, underWay } from "./frames.ts";
import { dueOf } from "./tries.ts";

export interface FleetNow {
  free: number;
  carrying: number;
  /** No longer heard of, or not for a while. */
  silent: number;
  /** What has waited longest for a courier. */
  longest: Delivery | null;
  /** What should be at its door next, and when. */
  next: { delivery: Delivery; at: number } | null;
}

export function fleetNow({ couriers, deliveries }: Pick<Board, "couriers" | "deliveries">, now: number): FleetNow {
  const found: FleetNow = { free: 0, carrying: 0, silent: 0, longest: null, next: null };
  for (const one of couriers.values()) found[one.presence !== "online" ? "silent" : one.active > 0 ? "carrying" : "free"] += 1;
  for (const one of deliveries.values()) {
    const waits = !underWay(one) && !onHold(one, now) && waitsSince(one) <= now;
    if (waits && (found.longest === null || waitsSince(one) < waitsSince(found.longest))) found.longest = one;
    const at = onHold(one, now) ? null : dueOf(one);
    if (at !== null && at > now && (found.next === null || at < found.next.at)) found.next = { delivery: one, at };
  }
  return found;
}
