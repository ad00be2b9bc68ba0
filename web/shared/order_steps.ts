// What happened to an order, as its buyer, its sellers and admins read it.
import type { components } from "./api.ts";
import type { Language } from "./numbers.ts";
import told_steps from "./told_steps.json";
import { type Say, isKey } from "./words.ts";

type Step = Pick<components["schemas"]["OrderAnswer"]["tracking_events"][number], "status" | "message">;

// What the server writes for programs, as people say it.
const PLAIN: Readonly<Record<string, "step.ordered" | "step.paid">> = { "Order created successfully": "step.ordered", "Payment confirmed": "step.paid" };

/** As people say it; else the server's own words in English, and what its state means in another language. */
export function orderStepWords({ status, message }: Step, language: Language, say: Say): string {
  const plain = PLAIN[message];
  if (plain !== undefined) return say(plain);
  const told = Object.entries(told_steps).find(([said]) => said === message)?.[1] ?? ""; // not how it stands, but what was changed
  if (language === "ne" && isKey(told)) return say(told);
  const key = status === "pending" ? "order.created" : `order.${status}`; // it tells what happened, not how it stands
  return language === "ne" && isKey(key) ? say(key) : message;
}
