// What `track/` answers, and what the page makes of it.
import type { components } from "../shared/api.ts";
import type { Eta } from "../shared/following.ts";
import type { Window } from "../shared/promises.ts";
import told_steps from "../shared/told_steps.json";

export type Parcel = components["schemas"]["TrackedDelivery"];
export type Place = components["schemas"]["Point"];
export type Area = components["schemas"]["TrackedArea"];

const UNDER_WAY: readonly string[] = ["assigned", "picked_up", "in_transit"];
const OVER: readonly string[] = ["delivered", "cancelled"];
// "Arriving now" instead of a window that is nearly used up.
export const SOON_MS = 2 * 60_000;

export const underWay = (status: string): boolean => UNDER_WAY.includes(status);
export const over = (status: string): boolean => OVER.includes(status);

/** Whether its seller does not show now where it is. */
export const positionHidden = (parcel: Parcel): boolean => underWay(parcel.status) && parcel.hidden.includes("position");

/** Whether it is over, and its journey is shown no more to whoever looks. */
export const putAway = (parcel: Parcel): boolean => over(parcel.status) && parcel.hidden.includes("after_end");

export function windowOf(eta: Eta | null): Window | null {
  return eta === null ? null : { earliest: Date.parse(eta.earliest), latest: Date.parse(eta.latest), stops_before: eta.stops_before };
}

/** Whether the courier has come to the door, was not there in vain, and has not left it again. */
export function atDoor({ events, attempts }: Pick<Parcel, "events" | "attempts">): boolean {
  const last = events.filter((event) => event.kind.endsWith("_dropoff")).at(-1);
  const tried = attempts.at(-1);
  return last?.kind === "arrived_at_dropoff" && (tried === undefined || Date.parse(tried.timestamp) < Date.parse(last.timestamp));
}

/** Whether it ended without having come: called off is another thing. */
export function neverCame({ status, ending }: Pick<Parcel, "status" | "ending">): boolean {
  return ending === "lost" || (status === "cancelled" && ending !== null);
}

/** When it is tried again, while that is still to come: where the courier is says nothing about it. */
export function nextTryAt(parcel: Parcel, now: number): number | null {
  const at = parcel.next_try === null ? null : Date.parse(parcel.next_try.starts_at);
  return at !== null && at > now ? at : null;
}

/** What a person lets it wait by, while that lasts. */
export function holdOf({ status, on_hold }: Pick<Parcel, "status" | "on_hold">, now: number): Parcel["on_hold"] {
  if (status !== "available" || on_hold === null) return null;
  return on_hold.until === null || Date.parse(on_hold.until) > now ? on_hold : null;
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

// What comes first where two happened at the same moment; what is not named here comes last.
const ORDER = ["status.available", "status.assigned", "event.arrived_at_pickup", "status.picked_up", "event.left_pickup", "status.in_transit", "event.arrived_at_dropoff", "event.left_dropoff"];

/** Steps and arrivals, newest first. The server tells the same: `story_of` in `api/routes/pages/tracking_view.py`. */
export function history(parcel: Parcel): Told[] {
  const tried = new Map<string, string>([...parcel.attempts.map((one) => [one.message, `tried.${one.reason}`] as const), ...Object.entries(told_steps)]);
  const steps = parcel.tracking_history.map((one) => ({ at: Date.parse(one.timestamp), key: tried.get(one.message) ?? `status.${one.status}`, otherwise: one.message }));
  const events = parcel.events.map((one) => ({ at: Date.parse(one.timestamp), key: `event.${one.kind}`, otherwise: one.message }));
  const told = [...steps, ...events];
  const first = (key: string): Told | undefined => told.filter((one) => one.key === key).sort((a, b) => a.at - b.at)[0];
  const taken = first("status.picked_up");
  // Arrivals and departures are noticed by distance and dwell, so they may be dated after the step that they come before.
  if (taken !== undefined) noLaterThan(first("event.arrived_at_pickup"), taken);
  const left = told.filter((one) => one.key === "event.left_pickup" && taken !== undefined && one.at >= taken.at).sort((a, b) => a.at - b.at)[0];
  const way = first("status.in_transit");
  // A handover has the time of the phone that was without a network; that it went on its way is only noticed once there is one.
  const end = told.filter((one) => one.key === "status.delivered").sort((a, b) => a.at - b.at)[0];
  if (way !== undefined && end !== undefined) noLaterThan(way, end);
  if (way !== undefined) noLaterThan(left, way);
  const place = (one: Told): number => (ORDER.includes(one.key) ? ORDER.indexOf(one.key) : ORDER.length);
  return told.sort((a, b) => b.at - a.at || place(b) - place(a));
}

function noLaterThan(one: Told | undefined, step: Told): void {
  if (one !== undefined) one.at = Math.min(one.at, step.at);
}

/** When the journey ended; null while it goes on, and where that is not told. */
export function endedAt({ ended_at }: Pick<Parcel, "ended_at">): number | null {
  return ended_at === null ? null : Date.parse(ended_at);
}

/** Where it was taken aboard, as far as the API says it. */
export function pickupPlace(parcel: Parcel): Place | null {
  return parcel.tracking_history.find((one) => one.status === "picked_up")?.location ?? null;
}
