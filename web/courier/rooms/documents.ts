// How a document stands, as people see it: pure.
import type { components } from "../../shared/api.ts";

export type Room = components["schemas"]["DocumentRoom"];
export type Standing = components["schemas"]["StandingDocument"];
export type HandedIn = components["schemas"]["HandedIn"];

export const KINDS = ["licence", "registration", "insurance", "identity"] as const;
export const VEHICLES = ["bicycle", "scooter", "motorcycle", "car", "van", "truck"] as const;

type Look = "done" | "wait" | "late" | "stale";

/** How a standing document is marked. */
export function lookOf(state: Standing["state"]): Look {
  if (state === "good") return "done";
  return state === "ends_soon" || state === "unverified" ? "wait" : "late";
}

/** How what was handed in is marked. */
export function lookOfHandedIn(state: HandedIn["state"]): Look {
  if (state === "approved") return "done";
  if (state === "waiting") return "wait";
  return state === "rejected" ? "late" : "stale";
}

/** What is asked for first: what is missing, then what ends first; a licence where all is well. */
export function askedFirst(room: Room): (typeof KINDS)[number] {
  const waiting = new Set(room.handed_in.filter((one) => one.state === "waiting").map((one) => one.kind as string));
  const ending = room.documents.filter((one) => one.state === "ends_soon").map((one) => one.kind);
  const wanted = [...room.missing, ...ending].find((kind) => !waiting.has(kind));
  return KINDS.find((kind) => kind === wanted) ?? "licence";
}

export interface Typed {
  kind: string;
  number: string;
  expires_on: string;
  image: string | null;
}

/** All that is still to be filled in before a document can be handed in, by the API's name of each field. */
export function lacking({ kind, number, expires_on, image }: Typed): ("number" | "expires_on" | "image")[] {
  return [
    ...(number.trim() === "" ? (["number"] as const) : []),
    ...(expires_on === "" && kind !== "identity" ? (["expires_on"] as const) : []),
    ...(image === null ? (["image"] as const) : []),
  ];
}

/** The kinds of a vehicle to choose from: the present one among them. */
export function vehicleChoices(present: string): string[] {
  return VEHICLES.includes(present as (typeof VEHICLES)[number]) ? [...VEHICLES] : [present, ...VEHICLES];
}
