// A parcel that was tried at its door in vain: what it waits for, and what its lateness is measured by.
import type { Delivery } from "./frames.ts";

/** Where only a time was named for the next try, so long after it is still in time. */
export const NAMED_TIME_LASTS_MS = 60 * 60_000;

/** `no_next_try`: nobody has said when it is tried again; `next_try`: that is agreed and yet to come; null: neither. */
export function triedOf({ attempt, next_try }: Pick<Delivery, "attempt" | "next_try">, now: number): "no_next_try" | "next_try" | null {
  if (attempt === null) return null;
  if (next_try === null) return "no_next_try";
  return next_try.starts_at > now ? "next_try" : null;
}

/** By when it should be at its door: the end of the next try where one is agreed, else what was asked for. */
export function dueOf({ due_at, next_try }: Pick<Delivery, "due_at" | "next_try">): number | null {
  if (next_try === null) return due_at;
  return next_try.ends_at ?? next_try.starts_at + NAMED_TIME_LASTS_MS;
}
