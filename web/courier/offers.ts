// Offers as a courier sees them: how long each may still be answered, by the server's clock.
import type { components } from "../shared/api.ts";

export type Offer = components["schemas"]["OpenOffer"];
export type DeclineReason = components["schemas"]["DeclineReason"];

export const DECLINE_REASONS: readonly DeclineReason[] = ["too_far", "vehicle", "busy", "break", "address", "unsafe", "other"];

/** Whole seconds that are left, rounded up: an offer that says 1 can still be answered, one that says 0 cannot. */
export function secondsLeft(offer: Pick<Offer, "deadline">, now_ms: number): number {
  return Math.max(0, Math.ceil((Date.parse(offer.deadline) - now_ms) / 1000));
}

/** What is left of the time that there was, 1 to 0. */
export function shareLeft(offer: Pick<Offer, "opens_at" | "deadline">, now_ms: number): number {
  const opens = Date.parse(offer.opens_at);
  const deadline = Date.parse(offer.deadline);
  return Math.min(1, Math.max(0, (deadline - now_ms) / (deadline - opens)));
}

/** Those that can still be answered, the one that ends first first. */
export function answerable<Some extends Pick<Offer, "deadline">>(offers: readonly Some[], now_ms: number): Some[] {
  return offers.filter((offer) => secondsLeft(offer, now_ms) > 0).sort((a, b) => Date.parse(a.deadline) - Date.parse(b.deadline));
}
