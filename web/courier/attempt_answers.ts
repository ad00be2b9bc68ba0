// What was answered at a closed door before the attempt is told: kept as what is gathered for a handover is.
import { type NextTry, type Reason, nextTryAt } from "./next_tries.ts";

export interface AttemptAnswers {
  /** Which question is asked next, from 0. */
  at: number;
  reason: Reason;
  /** As a data address; null where there is none. */
  photo: string | null;
  next: NextTry;
  note: string;
  /** Whether the courier was told that the address is far and goes on here. */
  far_seen: boolean;
}

export const NO_ANSWERS: AttemptAnswers = { at: 0, reason: "nobody_there", photo: null, next: "tomorrow", note: "", far_seen: false };

// "Later today" is three hours away and tomorrow at ten never less than ten.
const TODAY_MS = 6 * 3_600_000;

/** What is sent of it with the step; `now` by the server's clock. */
export function attemptBody({ reason, photo, next, note }: AttemptAnswers, now: number): Record<string, unknown> {
  const again = nextTryAt(next, now);
  return {
    reason,
    note: note.trim(),
    ...(photo === null ? {} : { photo }),
    ...(again === null ? {} : { next_try_at: new Date(again).toISOString() }),
  };
}

/** What an attempt that was undone had answered, as `attemptBody` wrote it. */
export function answersOf(body: Readonly<Record<string, unknown>>, happened_at: string): AttemptAnswers {
  const again = body["next_try_at"];
  const next = typeof again !== "string" ? "unknown" : Date.parse(again) - Date.parse(happened_at) < TODAY_MS ? "later" : "tomorrow";
  return {
    ...NO_ANSWERS,
    reason: (body["reason"] as Reason | undefined) ?? NO_ANSWERS.reason,
    photo: typeof body["photo"] === "string" ? body["photo"] : null,
    next,
    note: String(body["note"] ?? ""),
  };
}
