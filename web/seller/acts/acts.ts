// What a seller may do where a sale does not go as it should, by how its parcel stands; the server has the last word.
import type { components } from "../../shared/api.ts";

export type Act = "refuse" | "hold" | "resume" | "cancel" | "return";

type Sale = Pick<components["schemas"]["SaleDetails"], "status" | "delivery_status">;

/** `held`: whether somebody lets its parcel wait; null while that is not known. */
export function actsOf({ status, delivery_status }: Sale, held: boolean | null): Act[] {
  if (delivery_status === "available") return [...(held === null ? [] : [held ? ("resume" as const) : ("hold" as const)]), "cancel"];
  if (delivery_status === "assigned") return ["cancel"];
  if (delivery_status === "picked_up" || delivery_status === "in_transit" || (delivery_status === "delivered" && status === "delivered")) return ["return"];
  return status === "processing" && (delivery_status === null || delivery_status === "cancelled") ? ["refuse"] : [];
}

/** Where an act is told, and what with. */
export function requestOf(act: Act, { id, delivery_id }: { id: number; delivery_id: number | null }, reason: string): { path: string; body: object | undefined } {
  if (act === "refuse") return { path: `/api/marketplace/sales/${id}/cancel/`, body: { reason } };
  const path = `/api/deliveries/${delivery_id}/${act}/`;
  if (act === "resume") return { path, body: undefined };
  return { path, body: act === "cancel" ? { reason: "seller_asked", note: reason } : { reason } };
}
