// Whereabouts a parcel goes, for whoever decides on it: a name that couriers know, and which way it lies. The server tells no more than a cell of about a kilometre.
import type { components } from "../shared/api.ts";
import landmarks from "../shared/maps/landmarks.json";
import { type Language, wholeKilometres } from "../shared/numbers.ts";
import { type Point, distanceM, pointOf } from "./jobs.ts";
import type { CourierSay } from "./words.ts";

export type Area = components["schemas"]["DeliveryArea"];

/** How far from a place its name still says where something is. */
const REACH_M = { quarter: 1_800, town: 4_000, city: 6_000 } as const;
/** Nearer than this a cell of a kilometre may lie on either side. */
const SURE_M = 1_500;

export const WAYS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
export type Way = (typeof WAYS)[number];

/** The part of the town, and the town; empty where neither is known. */
export function areaName(area: Area, language: Language): string {
  const middle = pointOf(area.latitude, area.longitude);
  const near = middle === null ? null : nameNear(middle, language);
  const city = area.city ?? "";
  if (near === null || city.toLowerCase().includes(near.en.toLowerCase())) return city;
  return city === "" ? near[language] : `${near[language]}, ${city}`;
}

function nameNear(middle: Point, language: Language): { en: string; ne: string } | null {
  const within = landmarks.flatMap((one) => {
    const share = distanceM(middle, one) / REACH_M[one.kind as keyof typeof REACH_M];
    return share <= 1 && one[language] !== "" ? [{ one, share, small: one.kind === "quarter" }] : [];
  });
  within.sort((a, b) => Number(b.small) - Number(a.small) || a.share - b.share);
  return within[0]?.one ?? null;
}

/** Which way an area lies from where the parcel is picked up; null where it is too near to say, or not known. */
export function wayTo(area: Area, from: Point | null): Way | null {
  const middle = pointOf(area.latitude, area.longitude);
  if (from === null || middle === null || distanceM(from, middle) < SURE_M) return null;
  const north = middle.lat - from.lat;
  const east = (middle.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
  const eighth = Math.round((Math.atan2(east, north) / Math.PI) * 4);
  return WAYS[(eighth + WAYS.length) % WAYS.length] ?? null;
}

/** How long the way from the pickup is, which is told to the next kilometre, and where it leads. */
export function tripWords(kilometres: number, way: Way | null, language: Language, say: CourierSay): string {
  if (Math.round(kilometres) === 0) return say("way.then.near", { distance: wholeKilometres(1, language) });
  return say(way === null ? "way.then" : `way.then.${way}`, { distance: wholeKilometres(kilometres, language) });
}
