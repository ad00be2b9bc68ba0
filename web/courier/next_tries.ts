// When a parcel that nobody took may be tried again, as a courier says it at the door.
import type { components } from "../shared/api.ts";
import { NEPAL_OFFSET_MS } from "../shared/times.ts";

export type Reason = components["schemas"]["AttemptReason"];
export const REASONS: readonly Reason[] = ["nobody_there", "wrong_address", "refused", "cannot_pay", "closed", "unsafe", "damaged", "lost", "other"];
/** No matter of another try: they may be told however often a parcel was tried. */
export const TROUBLES = ["damaged", "lost"] as const satisfies readonly Reason[];

/** What was chosen, as long as it is offered: what may be said changes where another try is told to the server meanwhile. */
export function reasonOf(chosen: Reason, offered: readonly Reason[]): Reason {
  return offered.includes(chosen) ? chosen : (offered[0] ?? chosen);
}

export type NextTry = "later" | "tomorrow" | "unknown";
export const NEXT_TRIES: readonly NextTry[] = ["later", "tomorrow", "unknown"];

const HOUR_MS = 3_600_000;
/** A round of deliveries later. */
const LATER_MS = 3 * HOUR_MS;
const MORNING_H = 10;

const DAY_MS = 24 * HOUR_MS;

/** In milliseconds since 1970: in three hours, tomorrow at ten by Nepal's clock; null where nobody knows. */
export function nextTryAt(next: NextTry, now: number): number | null {
  if (next === "unknown") return null;
  if (next === "later") return now + LATER_MS;
  return (Math.floor((now + NEPAL_OFFSET_MS) / DAY_MS) + 1) * DAY_MS - NEPAL_OFFSET_MS + MORNING_H * HOUR_MS;
}
