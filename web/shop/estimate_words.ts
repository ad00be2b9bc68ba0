// What an estimate of delivery says of each parcel, in words, and what of an address it is asked for.
import type { Address } from "../shared/addresses/addresses.ts";
import type { components } from "../shared/api.ts";
import { type Language, distance, kilos } from "../shared/numbers.ts";
import { placeOf } from "../shared/places.ts";
import { duration, stretch } from "../shared/times.ts";
import type { Say } from "./speech.ts";

export type Estimated = components["schemas"]["CartEstimate"];
export type Parcel = components["schemas"]["EstimatedParcel"];
type Unknown = Parcel["unknown"][number];

export interface Told {
  /** What the parcels have in them. */
  goods: string;
  seller: string;
  /** When they come, as far as that is known. */
  answer: string;
  /** What is known besides, and what is not. */
  more: string[];
}

const NOBODY: readonly Unknown[] = ["place_closed", "nobody_on_duty", "nobody_near", "too_heavy", "all_busy"];

/** The parts of an address that say a place: what is typed of a street or a name asks nothing anew. */
export function doorOf(form: Pick<Address, "district" | "code" | "place">): Record<string, unknown> {
  const place = placeOf(form.place);
  return { district: form.district, plus_code: form.code, ...(place !== null && { latitude: place.lat, longitude: place.lon }) };
}

/** Whether nothing is said of the place yet, so that only its buyer can mend what is not known. */
export function lacksDoor({ parcels }: Pick<Estimated, "parcels">): boolean {
  return parcels.some(({ unknown }) => unknown.includes("no_door_point"));
}

/** Parcels of one seller of which the same is known are told as one. */
export function toldOf(parcels: readonly Parcel[], now: number, language: Language, say: Say): Told[] {
  const found = new Map<string, Told>();
  for (const parcel of parcels) {
    const answer = whenWords(parcel, now, language, say);
    const more = moreWords(parcel, language, say);
    const key = JSON.stringify([parcel.seller.id, answer, more]);
    const goods = say("line", { count: parcel.quantity, name: parcel.product_name });
    const before = found.get(key);
    found.set(key, { goods: before === undefined ? goods : `${before.goods}, ${goods}`, seller: parcel.seller.name, answer, more });
  }
  return [...found.values()];
}

function whenWords({ arrival, way_minutes: way, unknown }: Parcel, now: number, language: Language, say: Say): string {
  if (arrival !== null) return say("estimate.arrives", stretch(Date.parse(arrival.earliest), Date.parse(arrival.latest), now, language));
  if (way !== null) return say("estimate.once_ready", { least: duration(way.least * 60, say), most: duration(way.most * 60, say) });
  const why = NOBODY.find((one) => unknown.includes(one)) ?? (unknown.includes("no_pickup_point") ? "no_pickup_point" : null);
  return why === null ? say("estimate.later") : `${say(`estimate.${why}` as Parameters<Say>[0])} ${say("estimate.later")}`;
}

function moreWords({ arrival, way_minutes: way, weight_kg, distance_km, unknown }: Parcel, language: Language, say: Say): string[] {
  const known = [];
  if (distance_km !== null) known.push(say("estimate.distance", { distance: distance(distance_km * 1000, language) }));
  if (weight_kg !== null) known.push(say("estimate.weight", { kg: kilos(weight_kg) }));
  const more = known.length > 0 ? [known.join(" · ")] : [];
  if (arrival === null && way !== null) more.push(say("estimate.no_preparation"));
  if (unknown.includes("no_weight")) more.push(say("estimate.no_weight"));
  return more;
}
