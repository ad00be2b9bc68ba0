// How states of deliveries and orders are marked.
import type { components } from "../../shared/api.ts";
import type { MarkKind } from "../../shared/mark.tsx";

export const DELIVERY_STATES = ["available", "assigned", "picked_up", "in_transit", "delivered", "cancelled"] as const;
export const ORDER_STATES = ["pending", "confirmed", "processing", "shipped", "delivered", "completed", "cancelled"] as const;
export const PAYMENT_STATES = ["pending", "paid", "failed", "refunded"] as const;
export const PRIORITIES = ["urgent", "high", "normal", "low"] as const;

type Parcel = Pick<components["schemas"]["DispatcherRow"], "status" | "ending"> & { on_hold: unknown };

/** What of a delivery is said of its state first: how it ended badly, or that somebody lets it wait, else how far it is. */
export function stateOf({ status, ending, on_hold }: Parcel): `ending.${NonNullable<Parcel["ending"]>}` | `stands.${Parcel["status"] | "on_hold"}` {
  if (ending !== null) return `ending.${ending}`;
  return status === "available" && on_hold !== null ? "stands.on_hold" : `stands.${status}`;
}

export function deliveryMark({ status, ending, on_hold }: Parcel): MarkKind {
  if (ending !== null) return "late";
  if (status === "available") return on_hold === null ? "wait" : "stale";
  return status === "delivered" ? "done" : status === "cancelled" ? "stale" : "way";
}

export function orderMark(status: components["schemas"]["OrderStatus"]): MarkKind {
  if (status === "pending") return "wait";
  if (status === "cancelled") return "stale";
  return status === "delivered" || status === "completed" ? "done" : "way";
}
