// How an admin can end a parcel that stands as it does, and what is sent for it; the server has the last word.
import type { components } from "../../shared/api.ts";

export type How = "return" | "lost" | "damaged";
/** Of a parcel's own answer what decides of it. */
export type Parcel = Pick<components["schemas"]["DetailedDelivery"], "status" | "ending" | "partial_reason" | "return_of">;

const GOES_BACK: ReadonlySet<string> = new Set<Parcel["status"]>(["picked_up", "in_transit", "delivered"]);

/** The ways that are left; none where it has ended. What is at its seller's does not go back, and a rest that was refused does so by itself. */
export function waysOf({ status, ending, partial_reason, return_of }: Parcel): readonly How[] {
  if (ending !== null) return [];
  const goes_back = GOES_BACK.has(status) && return_of === null && partial_reason !== "refused_by_customer";
  return goes_back ? ["return", "lost", "damaged"] : ["lost", "damaged"];
}

/** Where a way is told, and what with. */
export function requestOf(how: How, { reason, amount }: { reason: string; amount: string }): { step: "return" | "loss"; body: object } {
  if (how === "return") return { step: "return", body: { reason: reason.trim() } };
  return { step: "loss", body: { reason: reason.trim(), ending: how, ...(how === "damaged" && amount !== "" ? { amount } : {}) } };
}
