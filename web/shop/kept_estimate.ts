// What was estimated when an order was made, in this browser: it stands on the order until a courier says more.
import type { Estimated } from "./estimate_words.ts";

const NAME = "dispatch.shop.estimates";
const KEPT = 20;

/** Of the newest orders last. */
type All = readonly { order: number; parcels: Estimated["parcels"] }[];

/** The same with one more, without those that are longest kept. */
export function withEstimate(all: All, order: number, parcels: Estimated["parcels"]): All {
  return [...all.filter((one) => one.order !== order), { order, parcels }].slice(-KEPT);
}

export function readEstimates(text: string | null): All {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter((one) => Number.isInteger(one?.order) && Array.isArray(one?.parcels)) : [];
  } catch {
    return [];
  }
}

export function keepEstimate(order: number, { parcels }: Pick<Estimated, "parcels">): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(withEstimate(readEstimates(localStorage.getItem(NAME)), order, parcels)));
  } catch {
    // It was told at the checkout.
  }
}

export function keptEstimate(order: number): Estimated["parcels"] | null {
  try {
    return readEstimates(localStorage.getItem(NAME)).find((one) => one.order === order)?.parcels ?? null;
  } catch {
    return null;
  }
}
