// Addresses as the shop's form has them, and the provinces and districts that they name.
import type { components } from "../api.ts";
import type { Client } from "../client.ts";
import type { Language } from "../numbers.ts";
import { placeOf, placeText } from "../places.ts";

export type Kept = components["schemas"]["SavedAddressAnswer"];
export type Provinces = components["schemas"]["ProvincesAnswer"];
export type Address = {
  name: string;
  phone: string;
  address: string;
  landmark: string;
  city: string;
  district: string;
  code: string;
  place: string;
  instructions: string;
  /** The kept address that it began as; empty where it began as none. */
  kept: string;
  /** What its customer calls it, where it is to be kept. */
  label: string;
};

/** What becomes of what was typed, beside the order: nothing, the kept address becomes so, or one more is kept. */
export const KEEPINGS = ["no", "change", "new"] as const;
export type Keeping = (typeof KEEPINGS)[number];

/** As it is to be chosen beside a form of an order. */
export interface KeepingChoice {
  chosen: Keeping;
  /** Somebody says so. */
  choose: (keeping: Keeping) => void;
  /** So it is where nobody said anything. */
  suggest: (keeping: Keeping) => void;
  /** There is nothing to choose any more. */
  forget: () => void;
}

const NO_DOOR = { address: "", landmark: "", city: "Kathmandu", district: "", code: "", place: "", instructions: "", kept: "", label: "" } as const;

/** An address of which only who is there is known. */
export function emptyAddress(name: string, phone: string): Address {
  return { ...NO_DOOR, name, phone };
}

/** The body of an address, as orders and kept addresses have it. */
export function bodyOf(form: Address): Record<string, unknown> {
  const place = placeOf(form.place);
  return {
    customer_name: form.name,
    phone_number: form.phone,
    address: form.address,
    landmark: form.landmark,
    city: form.city,
    district: form.district,
    plus_code: form.code,
    delivery_instructions: form.instructions,
    ...(place !== null && { latitude: place.lat, longitude: place.lon }),
  };
}

/** Whether a form says another address than the kept one that it began as. */
export function differs(form: Address, kept: Kept): boolean {
  return JSON.stringify(bodyOf(form)) !== JSON.stringify(bodyOf(chosenOf(kept)));
}

/** A kept address as the form has it once it was chosen. */
export function chosenOf(kept: Kept): Address {
  return { ...formOf(kept), kept: String(kept.id), label: kept.label };
}

/** A kept address in the form. A point that its Plus Code says by itself is left to the code. */
export function formOf(kept: Omit<Kept, "id" | "label" | "is_default" | "created_at">): Address {
  const point = kept.latitude === null || kept.longitude === null || kept.plus_code !== "" ? null : { lat: kept.latitude, lon: kept.longitude };
  return {
    name: kept.customer_name,
    phone: kept.phone_number,
    address: kept.address,
    landmark: kept.landmark,
    city: kept.city,
    district: kept.district,
    code: kept.plus_code,
    place: point === null ? "" : placeText(point),
    instructions: kept.delivery_instructions,
    kept: "",
    label: "",
  };
}

/** Districts to choose from, in the language of the page, each with its province. */
export function districtChoices(provinces: Provinces | null, language: Language, none: string): (readonly [string, string])[] {
  const found = (provinces?.results ?? []).flatMap((province) =>
    province.districts.map((one) => {
      const [name, within] = language === "ne" ? [one.name_ne, province.name_ne] : [one.name, province.name];
      return [one.name, `${name} (${within})`] as const;
    }),
  );
  return [["", none], ...found.sort(([, one], [, other]) => one.localeCompare(other, language))];
}

/** Keeps what was typed, as one more or in the place of the one that it began as. Raises Refused or Unreachable. */
export async function keepAddress(client: Client, form: Address, keeping: Keeping, idempotencyKey: string): Promise<void> {
  const path = "/api/v1/marketplace/addresses/";
  const body = { ...bodyOf(form), label: form.label };
  if (keeping === "new") await client.call(path, { method: "POST", idempotencyKey, body });
  if (keeping === "change" && form.kept !== "") await client.call(`${path}${form.kept}/`, { method: "PATCH", idempotencyKey, body });
}

export async function keptAddresses(client: Client): Promise<Kept[]> {
  return (await client.call<{ results: Kept[] }>("/api/v1/marketplace/addresses/?page_size=20")).results;
}
