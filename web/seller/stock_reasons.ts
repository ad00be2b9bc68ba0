// Why a stock becomes another: goods that come are never fewer by it, and what is broken never more. As the server has it.
import { numberOf } from "./product_form.ts";

const MORE = ["received", "returned", "counted", "other"] as const;
const FEWER = ["counted", "damaged", "expired", "lost", "other"] as const;
const ALL = ["received", "returned", "counted", "damaged", "expired", "lost", "other"] as const;

export type StockReason = (typeof ALL)[number];

/** By how many, as it was typed, also with the minus that the history shows; what is no number goes to the server as it is. */
export function changeOf(typed: string): number | string {
  return numberOf(typed.trim().replace(/^[−–]/, "-"));
}

/** Those that fit what is typed: more, fewer, or all while neither is. */
export function reasonsFor(typed: string): readonly StockReason[] {
  const change = changeOf(typed);
  if (typeof change !== "number" || change === 0) return /^\s*[-−–]/.test(typed) ? FEWER : ALL;
  return change > 0 ? MORE : FEWER;
}

/** The one that was chosen while it fits. What comes is received as a rule; why something is gone nobody guesses: empty. */
export function reasonFor(typed: string, chosen: StockReason | ""): StockReason | "" {
  const fitting = reasonsFor(typed);
  if (chosen !== "" && fitting.includes(chosen)) return chosen;
  return fitting === FEWER ? "" : "received";
}
