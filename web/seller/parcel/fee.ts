// What the delivery would cost by the server's tariff: the fee begins with it, as long as nobody has said another.
import type { components } from "../../shared/api.ts";
import { placeOf } from "../../shared/places.ts";
import type { DeliveryTyped } from "./delivery.ts";

export type Fee = components["schemas"]["DeliveryFeeAnswer"];

/** Where it is asked for a sale, by the places as they are typed; a place that is none, or half of one, is left out. */
export function feePath(sale: number, { pickup_place, delivery_place }: Pick<DeliveryTyped, "pickup_place" | "delivery_place">): string {
  const query = new URLSearchParams();
  for (const [end, typed] of [["pickup", pickup_place], ["delivery", delivery_place]] as const) {
    const place = placeOf(typed);
    if (place === null) continue;
    query.set(`${end}_latitude`, String(place.lat));
    query.set(`${end}_longitude`, String(place.lon));
  }
  const text = query.toString();
  return `/api/marketplace/sales/${sale}/delivery-fee/${text === "" ? "" : `?${text}`}`;
}

/** What the field holds once the server has said what it would cost: that, unless somebody typed another or emptied it. `before`: what the server said last. */
export function feeAfter(typed: string, before: string | null, told: string): string {
  return typed.trim() === (before ?? "") ? told : typed;
}
