// What a seller may do where a sale does not go as it should, by how its parcel stands; the server has the last word.
import type { components } from "../../shared/api.ts";
import { momentOf } from "../../shared/moments.ts";

export type Act = "refuse" | "hold" | "resume" | "cancel" | "return";

type Schemas = components["schemas"];
type Sale = Pick<Schemas["SaleDetails"], "status" | "delivery_status">;
/** Of a parcel's own answer what decides of the acts. */
export type Parcel = Pick<Schemas["DetailedDelivery"], "on_hold" | "ending" | "partial_reason">;

/** `parcel`: null while its answer is not known. */
export function actsOf({ status, delivery_status }: Sale, parcel: Parcel | null): Act[] {
  if (delivery_status === "available") return [...holdActs(parcel), "cancel"];
  if (delivery_status === "assigned") return ["cancel"];
  if (delivery_status === "picked_up" || delivery_status === "in_transit" || (delivery_status === "delivered" && status === "delivered")) return comesBack(parcel) ? ["return"] : [];
  return status === "processing" && (delivery_status === null || delivery_status === "cancelled") ? ["refuse"] : [];
}

function holdActs(parcel: Parcel | null): Act[] {
  if (parcel === null || heldByOthers(parcel)) return [];
  return [parcel.on_hold === null ? "hold" : "resume"];
}

/** A seller is told of its own holds alone whose they are; a dispatcher's is not its to end. */
export function heldByOthers(parcel: Parcel | null): boolean {
  return parcel?.on_hold != null && parcel.on_hold.by === null;
}

/** Once only, and not where the rest that its buyer refused comes back by itself. */
function comesBack(parcel: Parcel | null): boolean {
  return parcel === null || (parcel.ending === null && parcel.partial_reason !== "refused_by_customer");
}

/** How long a parcel is to wait: until its seller lets it go on, for so many hours, or until a time that is typed. */
export const LASTS = ["open", "1", "3", "24", "typed"] as const;
export type Lasts = (typeof LASTS)[number];

const HOUR_MS = 3_600_000;

/** `typed`: on Nepal's clock. Null where it has no end; what is no time the server refuses by its name. */
export function untilOf(lasts: Lasts, typed: string, now: number): string | null {
  if (lasts === "open") return null;
  return lasts === "typed" ? momentOf(typed) ?? "" : new Date(now + Number(lasts) * HOUR_MS).toISOString();
}

/** Where an act is told, and what with; `until`: when a hold ends by itself. */
export function requestOf(act: Act, { id, delivery_id }: { id: number; delivery_id: number | null }, reason: string, until: string | null = null): { path: string; body: object | undefined } {
  if (act === "refuse") return { path: `/api/marketplace/sales/${id}/cancel/`, body: { reason } };
  const path = `/api/deliveries/${delivery_id}/${act}/`;
  if (act === "resume") return { path, body: undefined };
  if (act === "hold") return { path, body: { reason, until } };
  return { path, body: act === "cancel" ? { reason: "seller_asked", note: reason } : { reason } };
}
