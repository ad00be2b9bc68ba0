// What `track/` answers, and what the page makes of it.
import type { components } from "../shared/api.ts";
import type { Eta } from "../shared/following.ts";
import type { Window } from "../shared/promises.ts";

export type Parcel = components["schemas"]["TrackedDelivery"];
export type Place = components["schemas"]["Point"];
export type Area = components["schemas"]["TrackedArea"];

const UNDER_WAY: readonly string[] = ["assigned", "picked_up", "in_transit"];
const OVER: readonly string[] = ["delivered", "cancelled"];
// "Arriving now" instead of a window that is nearly used up.
export const SOON_MS = 2 * 60_000;

export const underWay = (status: string): boolean => UNDER_WAY.includes(status);
export const over = (status: string): boolean => OVER.includes(status);

export function windowOf(eta: Eta | null): Window | null {
  return eta === null ? null : { earliest: Date.parse(eta.earliest), latest: Date.parse(eta.latest) };
}

/** Whether the courier has come to the door and not left it again. */
export function atDoor(parcel: Parcel): boolean {
  return parcel.events.filter((event) => event.kind.endsWith("_dropoff")).at(-1)?.kind === "arrived_at_dropoff";
}

/** How many of the four steps are done, and which one is now: 4 where all are. */
export function step(parcel: Parcel): number {
  if (parcel.status === "delivered") return 4;
  if (atDoor(parcel) && underWay(parcel.status)) return 3;
  return ["assigned", "picked_up", "in_transit"].indexOf(parcel.status);
}

export interface Told {
  at: number;
  key: string;
  otherwise: string;
}

/** Steps and arrivals, newest first. */
export function history(parcel: Parcel): Told[] {
  const steps = parcel.tracking_history.map((one) => ({ at: Date.parse(one.timestamp), key: `status.${one.status}`, otherwise: one.message }));
  const events = parcel.events.map((one) => ({ at: Date.parse(one.timestamp), key: `event.${one.kind}`, otherwise: one.message }));
  return [...steps, ...events].sort((a, b) => b.at - a.at);
}

/** When the journey ended; null while it goes on. */
export function endedAt(parcel: Parcel): number | null {
  const last = parcel.tracking_history.findLast((one) => one.status === parcel.status);
  return over(parcel.status) && last !== undefined ? Date.parse(last.timestamp) : null;
}

/** Where it was taken aboard, as far as the API says it. */
export function pickupPlace(parcel: Parcel): Place | null {
  return parcel.tracking_history.find((one) => one.status === "picked_up")?.location ?? null;
}
