// What of the list the map has to show: the filter and the search hold for both.
import type { Courier, Delivery, Point, Profile } from "./frames.ts";
import { aboard, underWay } from "./frames.ts";
import { type Filter, type Listed, couriersFound } from "./queue.ts";

const COURIERS = 1_000;

export interface Found {
  deliveries: ReadonlySet<number>;
  /** Null: all of them, where the question is who could carry what waits. */
  couriers: ReadonlySet<number> | null;
}

/** What is late, and who has something of it. */
export interface Late {
  deliveries: ReadonlySet<number>;
  couriers: ReadonlySet<number>;
}

export function lateOnMap(all: readonly Listed[]): Late {
  const late = all.filter((one) => one.late_ms > 0).map((one) => one.delivery);
  return { deliveries: new Set(late.map((one) => one.id)), couriers: new Set(late.flatMap((one) => one.transporter_id ?? [])) };
}

/** Null where nothing is filtered. */
export function foundOnMap(listed: readonly Listed[], filter: Filter, search: string, profiles: Iterable<Profile>): Found | null {
  if (filter === "all" && search.trim() === "") return null;
  const couriers = new Set(listed.flatMap(({ delivery }) => delivery.transporter_id ?? []));
  for (const one of couriersFound(profiles, search, COURIERS)) couriers.add(one.id);
  return { deliveries: new Set(listed.map((one) => one.delivery.id)), couriers: filter === "waiting" ? null : couriers };
}

/** Whether something of the map is dimmed beside what is bright: where nothing is found the list says so. */
export function dims(found: Found | null, deliveries: Iterable<Delivery>, couriers: Iterable<number>): boolean {
  if (found === null || (found.deliveries.size === 0 && found.couriers?.size === 0)) return false;
  for (const { id, status } of deliveries) if (status === "available" && !found.deliveries.has(id)) return true;
  if (found.couriers !== null) for (const id of couriers) if (!found.couriers.has(id)) return true;
  return false;
}

/** A delivery's places that still matter: its pickup until it is aboard, its door, and whoever has it. */
export function placesOf(delivery: Delivery, courier: Courier | null | undefined): Point[] {
  return [aboard(delivery) ? null : delivery.pickup, delivery.dropoff, underWay(delivery) ? courier : null].filter((one): one is Point => one !== null && one !== undefined);
}
