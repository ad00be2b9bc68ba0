// What happened to an order, as its buyer, its sellers and admins read it.
import type { components } from "./api.ts";
import type { Language } from "./numbers.ts";
import { type Say, isKey } from "./words.ts";

type Step = Pick<components["schemas"]["OrderAnswer"]["tracking_events"][number], "status" | "message">;

/** The server's own words in English; what its state means in another language. */
export function orderStepWords({ status, message }: Step, language: Language, say: Say): string {
  const key = status === "pending" ? "order.created" : `order.${status}`; // it tells what happened, not how it stands
  return language === "ne" && isKey(key) ? say(key) : message;
}
