// A transporter's deliveries in the order in which they are worked off, and where each one goes next.
import type { components } from "../shared/api.ts";
import type { Action } from "./actions.ts";
import { TROUBLES } from "./next_tries.ts";

/** `stops`: those that are yet to come, in the server's order as it was heard last; a phone that kept none before has none. */
export type Job = components["schemas"]["DetailedDelivery"] & { stops?: readonly OpenStop[] };
export type OpenStop = components["schemas"]["OpenStop"];
export type Waiting = components["schemas"]["WaitingDelivery"];

export interface Point {
  lat: number;
  lon: number;
}

/** Where to go next for a delivery, and what to do there. */
export interface Stop {
  kind: "pickup" | "dropoff";
  address: string;
  point: Point | null;
  contact: string;
  phone: string | null;
  instructions: string;
  /** Until when it was asked for, else when it is expected, if either is known. */
  due_at: number | null;
  /** Whether that was asked for, is expected, which is no promise, or is when it is tried again. */
  due: "by" | "expected" | "again";
}

export const UNDER_WAY: readonly Job["status"][] = ["assigned", "picked_up", "in_transit"];
const URGENCY: Readonly<Record<Job["priority"], number>> = { urgent: 0, high: 1, normal: 2, low: 3 };

/** Deliveries as this phone knows them: what it has done and could not tell yet has happened. */
export function withActions(jobs: readonly Job[], actions: readonly Action[]): Job[] {
  return jobs.flatMap((job) => {
    // What is confirmed counts too: a list that was asked for before does not know it yet, and no step is ever undone.
    const own = actions.filter((one) => one.delivery_id === job.id && one.state !== "refused");
    if (own.some((one) => one.kind === "deliver" || one.kind === "return" || isGivenBack(one, job))) return [];
    if (own.some((one) => one.kind === "pickup") && job.status === "assigned") return [{ ...job, status: "picked_up" as const }];
    const status = own.some((one) => one.kind === "attempts") && job.status === "picked_up" ? ("in_transit" as const) : job.status;
    const attempts_left = Math.max(0, job.attempts_left - own.filter((one) => isUntold(one, job) && isTry(one)).length); // not a number where an older page has kept the job
    const tried = own.findLast((one) => one.kind === "attempts" && one.state !== "confirmed"); // what is confirmed, a buyer may have changed since
    return [tried === undefined ? { ...job, status, attempts_left } : { ...job, status, attempts_left, next_try: nextTryOf(tried), stops: [] }]; // where it comes among the others, only the server can say
  });
}

/** Whether it was given back since it was assigned: a dispatcher may have given it to this courier again. */
function isGivenBack({ kind, state, happened_at }: Action, job: Job): boolean {
  return kind === "give-back" && (state !== "confirmed" || (timeOf(job.assigned_at) ?? 0) <= Date.parse(happened_at));
}

/** How often it was tried, with what the server has not told of yet. */
export function timesTried(job: Job, actions: readonly Action[]): number {
  return toldOf(job) + actions.filter((one) => one.delivery_id === job.id && isUntold(one, job)).length;
}

/** Whether an attempt is not among those that the job was told with: one that is confirmed is, once the job was asked for again. */
function isUntold(action: Action, job: Job): boolean {
  if (action.kind !== "attempts" || action.state === "refused") return false;
  return action.tried === undefined ? action.state !== "confirmed" : action.tried >= toldOf(job);
}

/** That a parcel is damaged or lost counts as no try at its door, as the server counts. */
function isTry({ body }: Action): boolean {
  return !TROUBLES.some((one) => one === body["reason"]);
}

function toldOf(job: Job): number {
  return ((job.attempts as Job["attempts"] | undefined) ?? []).length; // an older page may have kept it without
}

function nextTryOf({ body }: Action): Job["next_try"] {
  const at = body["next_try_at"];
  return typeof at === "string" ? { starts_at: at, ends_at: null, asked_by: "transporter" } : null;
}

/** Until when a parcel that was tried in vain waits for its next try; null where there is nothing to wait for. */
export function waitsUntil(job: Job, now: number): number | null {
  if (job.status === "assigned" || (job.next_try ?? null) === null) return null;
  const again = timeOf(job.next_try?.starts_at ?? null);
  return again !== null && again > now ? again : null;
}

/**
 * What is under way in the server's sequence of stops, what waits for its next try last. What has no place in it, on a phone that
 * has not heard of it yet, comes after: by priority, then by when it is due, then by who has waited longest.
 */
export function inOrder(jobs: readonly Job[], now: number): Job[] {
  return jobs
    .filter((job) => UNDER_WAY.includes(job.status))
    .sort((a, b) => (waitsUntil(a, now) ?? 0) - (waitsUntil(b, now) ?? 0) || inSequence(a, b) || URGENCY[a.priority] - URGENCY[b.priority] || dueAt(a) - dueAt(b) || a.id - b.id);
}

function inSequence(a: Job, b: Job): number {
  const [first, second] = [numberOf(a), numberOf(b)];
  return first === second ? 0 : first - second;
}

/** Which of all stops is the next one of a job. */
function numberOf(job: Job): number {
  return stopAt(job, job.status === "assigned" ? "pickup" : "dropoff")?.number ?? Infinity;
}

function stopAt(job: Job, kind: OpenStop["kind"]): OpenStop | undefined {
  return job.stops?.find((one) => one.kind === kind);
}

function dueAt(job: Job): number {
  return stopOf(job).due_at ?? Number.MAX_SAFE_INTEGER;
}

export function stopOf(job: Job): Stop {
  if (job.status === "assigned") {
    const pickup_at = stopAt(job, "pickup")?.estimated_time ?? job.estimated_pickup_time; // as of now, else as it was when it was assigned
    return {
      kind: "pickup",
      address: job.pickup_address,
      point: pointOf(job.pickup_latitude, job.pickup_longitude),
      contact: job.pickup_contact_name,
      phone: job.pickup_contact_phone,
      instructions: job.pickup_instructions,
      due_at: timeOf(pickup_at ?? job.requested_pickup_date),
      due: pickup_at === null ? "by" : "expected",
    };
  }
  return {
    kind: "dropoff",
    address: job.delivery_address,
    point: pointOf(job.delivery_latitude, job.delivery_longitude),
    contact: job.delivery_contact_name,
    phone: job.delivery_contact_phone,
    instructions: job.delivery_instructions,
    due_at: timeOf(job.next_try?.starts_at ?? job.requested_delivery_date ?? stopAt(job, "dropoff")?.estimated_time ?? job.estimated_delivery_time),
    due: (job.next_try ?? null) !== null ? "again" : job.requested_delivery_date !== null ? "by" : "expected",
  };
}

/** Whether a moment that was said, such as when a parcel is ready, is still to come. */
export function isYetToCome(moment: string | null | undefined, now: number): boolean {
  return moment != null && Date.parse(moment) > now;
}

export function pointOf(lat: number | null, lon: number | null): Point | null {
  return lat === null || lon === null ? null : { lat, lon };
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** How far that is from where the phone is; null where either is not known. */
export function awayM(here: { latitude: number; longitude: number } | undefined, point: Point | null): number | null {
  return here === undefined || point === null ? null : distanceM({ lat: here.latitude, lon: here.longitude }, point);
}

const EARTH_M = 6_371_008.8;

/** As the crow flies, in metres. */
export function distanceM(a: Point, b: Point): number {
  const [from, to] = [(a.lat * Math.PI) / 180, (b.lat * Math.PI) / 180];
  const across = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * Math.sin(((b.lon - a.lon) * Math.PI) / 360) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(across)));
}

/** What opens the phone's own navigation: every app that is installed on Android, Apple's on an iPhone, else a map of the web. */
export function navigationLink(stop: Stop, userAgent: string): string {
  const place = stop.point === null ? stop.address : `${stop.point.lat},${stop.point.lon}`;
  const query = encodeURIComponent(place);
  if (/android/i.test(userAgent)) {
    const label = stop.point === null ? query : `${query}(${encodeURIComponent(stop.address)})`;
    return `geo:${stop.point === null ? "0,0" : place}?q=${label}`;
  }
  if (/iphone|ipad|ipod/i.test(userAgent)) return `maps://?daddr=${query}`;
  return `https://www.google.com/maps/dir/?api=1&destination=${query}`;
}
