// What a transporter did and the server may not know yet: kept on the phone, sent in order for each delivery, never dropped.
import { waitBefore } from "../shared/backoff.ts";
import { Refused } from "../shared/client.ts";
import { naming } from "./pictures_in_parts.ts";

/** Steps that are proved by what is gathered for them. */
export type ProvedKind = "pickup" | "deliver" | "attempts";
/** Each is the last part of the address that it is told to. */
export type ActionKind = ProvedKind | "give-back" | "return";
/** `saved` on this phone, `sending`, `confirmed` by the server; or `refused` by it, until a person has read why. */
export type ActionState = "saved" | "sending" | "confirmed" | "refused";

export interface Refusal {
  code: string;
  detail: string;
  /** Whether the server keeps what was sent as proof; what older pages have kept says nothing of it. */
  proof_kept?: boolean;
}

/** A picture that goes to the server in parts: so many of its bytes are there. */
export interface Upload {
  id: string;
  offset: number;
  length: number;
}

/** By the field of the body that the picture stands in. */
export type Uploads = Readonly<Record<string, Upload>>;

export interface Action {
  /** Grows with each action of this phone; 0 until it is kept. */
  number: number;
  kind: ActionKind;
  delivery_id: number;
  /** What a person calls it: the address. */
  title: string;
  /** The same for every try, so that a repeat after a lost answer is one action. */
  key: string;
  happened_at: string;
  /** Of an attempt: how often the parcel had been tried before; what older pages have kept has none. */
  tried?: number;
  body: Readonly<Record<string, unknown>>;
  state: ActionState;
  failures: number;
  /** Not tried before this moment of the phone's clock, in milliseconds since 1970. */
  not_before: number;
  /** Until then it waits on purpose and may be undone; what older pages have kept has none. */
  held_until?: number;
  /** The newest refusal of its parcel that was known when it was done: it does not stand on what that one says was not done. */
  knows?: number;
  refusal: Refusal | null;
  /** Pictures that go in parts; what older pages have kept has none. */
  uploads?: Uploads;
}

/** What is told to the server with one call. */
export function requestOf({ delivery_id, kind, body, happened_at, key, uploads }: Action): { path: string; body: Record<string, unknown>; key: string } {
  return { path: `/api/deliveries/${delivery_id}/${kind}/`, ...naming({ ...body, happened_at }, key, uploads) };
}

export function isProved(kind: ActionKind): kind is ProvedKind {
  return kind !== "give-back" && kind !== "return";
}

/** So long a step waits on the phone before it is sent: whoever tapped too soon takes it back. */
export const HOLD_MS = 10_000;

/** Whether nobody but this phone can know of it, because it is kept back. */
export function isHeld(action: Action, now: number): boolean {
  return action.state === "saved" && action.failures === 0 && (action.held_until ?? 0) > now;
}

/** Those that may be sent now: of each delivery the oldest that is not confirmed, unless it waits. One that was refused holds up what was done before that was known. */
export function due(actions: readonly Action[], now: number): Action[] {
  const seen = new Set<number>();
  const refused = new Map<number, number>(); // the newest by their deliveries
  const found: Action[] = [];
  for (const one of [...actions].sort((a, b) => a.number - b.number)) {
    if (one.state === "confirmed" || seen.has(one.delivery_id)) continue;
    if (one.state === "refused") {
      refused.set(one.delivery_id, one.number);
      continue;
    }
    seen.add(one.delivery_id);
    if (one.state === "saved" && mayGoAt(one) <= now && (refused.get(one.delivery_id) ?? 0) <= (one.knows ?? 0)) found.push(one);
  }
  return found;
}

/** How long until the next one may be tried, in milliseconds; null where none waits for a time. */
export function nextTry(actions: readonly Action[], now: number): number | null {
  const waiting = actions.filter((one) => one.state === "saved" && mayGoAt(one) > now).map((one) => mayGoAt(one) - now);
  return waiting.length === 0 ? null : Math.min(...waiting);
}

function mayGoAt(action: Action): number {
  return Math.max(action.not_before, action.held_until ?? 0);
}

/** How many the server does not know. */
export function unconfirmed(actions: readonly Action[]): number {
  return actions.filter((one) => one.state !== "confirmed").length;
}

// What the server could not do now, whatever was asked. 401 is here: the action is good, the sign-in is not.
const NOT_NOW: ReadonlySet<number> = new Set([401, 408, 425, 429]);

/** What becomes of an action after a try that failed. */
export function afterFailure(action: Action, error: unknown, now: number, chance: () => number = Math.random): Action {
  const failures = action.failures + 1;
  const later = { ...action, state: "saved" as const, failures, not_before: now + waitBefore(failures, chance) };
  if (!(error instanceof Refused)) return later;
  const inFlight = error.code === "request_in_flight"; // the first try is being answered
  if (error.status >= 500 || NOT_NOW.has(error.status) || inFlight) {
    return error.retry_after_s === null ? later : { ...later, not_before: Math.max(later.not_before, now + error.retry_after_s * 1000) };
  }
  return { ...action, state: "refused", failures, refusal: { code: error.code, detail: error.message, proof_kept: error.proof_kept } };
}

/** As the page finds an action when it is opened: nobody is sending, and it is tried at once, or once it was held long enough. */
export function atStart(action: Action, now: number): Action {
  const held_until = Math.min(action.held_until ?? 0, now + HOLD_MS); // the phone's clock may have been put back
  return action.state === "sending" || action.state === "saved" ? { ...action, state: "saved", not_before: 0, held_until } : action;
}
