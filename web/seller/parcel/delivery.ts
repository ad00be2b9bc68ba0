// A delivery as it is typed, and as the API takes it.
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { momentOf } from "../../shared/moments.ts";
import { placeOf, placeText } from "../../shared/places.ts";
import { amountOf, numberOf } from "../product_form.ts";
import { NOTHING_OWN, type ProofTyped, proofOf } from "./proof.ts";

type Sale = components["schemas"]["SaleDetails"];
/** All that the API takes of a delivery. What it takes one day and is not here the type check names. */
type Body = { [Field in keyof components["schemas"]["NewDelivery"]]: unknown };
type PickedUp = Pick<components["schemas"]["DetailedDelivery"], "pickup_address" | "pickup_latitude" | "pickup_longitude" | "pickup_contact_name" | "pickup_contact_phone">;

export type DeliveryTyped = {
  pickup_address: string;
  pickup_place: string;
  pickup_contact_name: string;
  pickup_contact_phone: string;
  destination_version: string; // of the address that the buyer said
  delivery_address: string;
  delivery_place: string;
  delivery_contact_name: string;
  delivery_contact_phone: string;
  delivery_instructions: string;
  package_weight: string;
  delivery_fee: string;
  requested_pickup_date: string;
  requested_delivery_date: string;
  priority: string;
  fragile: string;
  ready_at: string;
  pickup_instructions: string;
  special_instructions: string;
  package_dimensions: string;
  package_value: string;
  label: string;
} & ProofTyped;

export type Pickup = Pick<DeliveryTyped, "pickup_address" | "pickup_place" | "pickup_contact_name" | "pickup_contact_phone">;

/** Where a parcel was fetched, as it is typed. A phone that is told no more is left out. */
export function pickupOf(parcel: PickedUp): Partial<Pickup> {
  const { pickup_latitude: lat, pickup_longitude: lon, pickup_contact_phone: phone } = parcel;
  return {
    pickup_address: parcel.pickup_address,
    pickup_place: lat != null && lon != null ? placeText({ lat, lon }) : "",
    pickup_contact_name: parcel.pickup_contact_name,
    ...(phone !== null && { pickup_contact_phone: phone }),
  };
}

/** Where this seller's newest parcel was fetched, for a browser that has sent none; null where there was none. Raises Refused, Unreachable. */
export async function newestPickup(client: Pick<Client, "call">): Promise<Partial<Pickup> | null> {
  const { results } = await client.call<{ results: Pick<Sale, "delivery_id">[] }>("/api/marketplace/sales/?page_size=100");
  const newest = Math.max(0, ...results.map((sale) => sale.delivery_id ?? 0));
  return newest === 0 ? null : pickupOf(await client.call<PickedUp>(`/api/deliveries/${newest}/`));
}

/** What of a pickup comes into a form of which nobody has touched that: it comes later than the form. */
export function leftOf(pickup: Partial<Pickup>, begun: Pickup, typed: Pickup): Partial<Pickup> {
  return Object.fromEntries(Object.entries(pickup).filter(([name]) => typed[name as keyof Pickup] === begun[name as keyof Pickup]));
}

/** Where the buyer said it goes, as it is typed. */
export function destinationOf({ destination: to, destination_version, buyer_name }: Pick<Sale, "destination" | "destination_version" | "buyer_name">): Pick<DeliveryTyped, "destination_version" | "delivery_address" | "delivery_place" | "delivery_contact_name" | "delivery_contact_phone" | "delivery_instructions"> {
  return {
    destination_version: String(destination_version ?? ""),
    delivery_address: to?.full_address ?? "",
    delivery_place: to?.latitude != null && to.longitude != null ? placeText({ lat: to.latitude, lon: to.longitude }) : "",
    delivery_contact_name: to?.customer_name ?? buyer_name,
    delivery_contact_phone: to?.phone_number ?? "",
    delivery_instructions: to?.delivery_instructions ?? "",
  };
}

/** What is known already: where the buyer said it goes, and where this seller's parcels were fetched last. */
export function typedFor(sale: Sale, pickup: Pickup): DeliveryTyped {
  return {
    ...pickup,
    ...destinationOf(sale),
    package_weight: sale.weight_kg === null ? "" : String(sale.weight_kg),
    delivery_fee: "",
    requested_pickup_date: "",
    requested_delivery_date: "",
    priority: "normal",
    fragile: "no",
    ready_at: "",
    pickup_instructions: "",
    special_instructions: "",
    package_dimensions: "",
    package_value: sale.total_amount,
    label: "",
    ...NOTHING_OWN,
  };
}

/** Where the weight that stands in the form is from: so many of so many kg, by the product; null where it was typed. */
export function weightFrom(sale: Pick<Sale, "weight_kg" | "quantity">, typed: string): { count: number; each: number } | null {
  if (sale.weight_kg === null || numberOf(typed) !== sale.weight_kg) return null;
  return { count: sale.quantity, each: Math.round((sale.weight_kg * 1000) / sale.quantity) / 1000 };
}

/** What goes to the server; what is undefined does not. */
function bodyOf(sale: Pick<Sale, "id">, typed: DeliveryTyped): Body {
  const [from, to] = [placeOf(typed.pickup_place), placeOf(typed.delivery_place)];
  return {
    marketplace_sale_id: sale.id,
    destination_version: typed.destination_version === "" ? undefined : Number(typed.destination_version),
    pickup_address: typed.pickup_address,
    pickup_latitude: from?.lat,
    pickup_longitude: from?.lon,
    pickup_contact_name: typed.pickup_contact_name,
    pickup_contact_phone: typed.pickup_contact_phone,
    pickup_instructions: typed.pickup_instructions,
    delivery_address: typed.delivery_address,
    delivery_latitude: to?.lat,
    delivery_longitude: to?.lon,
    delivery_contact_name: typed.delivery_contact_name,
    delivery_contact_phone: typed.delivery_contact_phone,
    delivery_instructions: typed.delivery_instructions,
    package_weight: typed.package_weight.trim() === "" ? undefined : numberOf(typed.package_weight),
    package_dimensions: typed.package_dimensions,
    package_value: typed.package_value.trim() === "" ? undefined : amountOf(typed.package_value),
    fragile: typed.fragile === "yes",
    requires_signature: undefined, // the contract's word for a signature at the door, which `proof` has too
    special_instructions: typed.special_instructions,
    priority: typed.priority,
    delivery_fee: amountOf(typed.delivery_fee),
    requested_pickup_date: momentOf(typed.requested_pickup_date),
    requested_delivery_date: momentOf(typed.requested_delivery_date),
    ready_at: momentOf(typed.ready_at),
    proof: proofOf(typed) ?? undefined,
    label: typed.label.trim() === "" ? undefined : typed.label,
  };
}

export function deliveryOf(sale: Pick<Sale, "id">, typed: DeliveryTyped): Record<string, unknown> {
  return Object.fromEntries(Object.entries(bodyOf(sale, typed)).filter(([, value]) => value !== undefined));
}

const WHEN = ["requested_pickup_date", "ready_at", "requested_delivery_date"] as const;
const MORE = ["pickup_instructions", "special_instructions", "package_dimensions", "label"] as const;

/** How much is filled in behind each line that is folded. */
export function filledIn(typed: DeliveryTyped, begun: DeliveryTyped): { when: number; more: number } {
  const count = (names: readonly (keyof DeliveryTyped)[]): number => names.filter((name) => typed[name].trim() !== begun[name].trim()).length;
  return { when: count([...WHEN, "priority"]), more: count([...MORE, "package_value"]) };
}

/** Whether something that was refused stands there. */
export function refusedIn(problems: Readonly<Record<string, string>>): { when: boolean; more: boolean; proof: boolean } {
  const any = (names: readonly string[]): boolean => names.some((name) => problems[name] !== undefined);
  return { when: any([...WHEN, "priority"]), more: any([...MORE, "package_value"]), proof: any(["pickup", "drop_off", "return", "age_minimum", "proof"]) };
}
