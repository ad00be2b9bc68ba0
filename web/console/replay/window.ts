// Which past window is looked at, and what the server has of it. The address says the window and the moment.
import type { components } from "../../shared/api.ts";
import type { Address } from "../../shared/address.ts";
import type { Client } from "../../shared/client.ts";
import type { TrackAnswer } from "./tracks.ts";

type Schemas = components["schemas"];
export type Decision = Schemas["ListedDecision"];

export const LENGTHS_MIN = [15, 60, 240, 1440] as const;
export const SPEEDS = [1, 10, 60, 300] as const;
const MINUTE_MS = 60_000;
const MOST_PAGES = 10;
const DECISION_PAGES = 5;
const PAGE_SIZE = 100;

export interface Window {
  from: number;
  length_s: number;
  /** Seconds after it began; null: nobody said, so where most of what is known begins. */
  at_s: number | null;
  speed: number;
  courier: number | null;
}

/** What an address asks for; a window that it does not name ends at `now`. */
export function windowOf({ query }: Address, now: number): Window {
  const minutes = LENGTHS_MIN.find((one) => String(one) === query.get("minutes")) ?? 60;
  const asked = Date.parse(query.get("from") ?? "");
  const from = Number.isNaN(asked) ? Math.floor(now / MINUTE_MS) * MINUTE_MS - minutes * MINUTE_MS : asked;
  const length_s = minutes * 60;
  const said = query.get("at");
  const at = Number(said);
  const courier = query.get("courier");
  return {
    from,
    length_s,
    at_s: said !== null && Number.isFinite(at) ? Math.min(length_s, Math.max(0, at)) : null,
    speed: SPEEDS.find((one) => String(one) === query.get("speed")) ?? 60,
    courier: courier !== null && /^[1-9][0-9]{0,15}$/.test(courier) ? Number(courier) : null,
  };
}

/** An hour that begins at the moment is what a link from elsewhere shows. */
export function queryOf({ from, length_s, at_s, speed, courier }: Window): Record<string, string | number | null> {
  return { from: new Date(from).toISOString().replace(/\.\d+Z$/, "Z"), minutes: length_s / 60, at: at_s === null ? null : Math.round(at_s), speed, courier };
}

export interface Past {
  tracks: TrackAnswer[];
  step_s: number;
  /** How many couriers were heard; of more than a thousand the first are shown. */
  heard: number;
  /** Newest first. */
  decisions: Decision[];
  decided: number;
}

/** Raises Refused or Unreachable. */
export async function pastOf(client: Client, { from, length_s }: Pick<Window, "from" | "length_s">): Promise<Past> {
  const [begins, ends] = [from, from + length_s * 1000].map((at) => encodeURIComponent(new Date(at).toISOString())) as [string, string];
  const [found, decided] = await Promise.all([tracksOf(client, begins, ends), decisionsOf(client, begins, ends)]);
  return { ...found, ...decided };
}

async function tracksOf(client: Client, begins: string, ends: string): Promise<Pick<Past, "tracks" | "step_s" | "heard">> {
  const tracks: TrackAnswer[] = [];
  for (let page = 1; ; page += 1) {
    const found = await client.call<Schemas["FleetTracks"]>(`/api/transporters/tracks/?from=${begins}&to=${ends}&page=${page}&page_size=${PAGE_SIZE}`);
    tracks.push(...found.results);
    if (found.next === null || page === MOST_PAGES) return { tracks, step_s: found.step_s, heard: found.count };
  }
}

async function decisionsOf(client: Client, begins: string, ends: string): Promise<Pick<Past, "decisions" | "decided">> {
  const decisions: Decision[] = [];
  for (let page = 1; ; page += 1) {
    const found = await client.call<Schemas["PageOfListedDecision"]>(`/api/decisions/?date_from=${begins}&date_to=${ends}&page=${page}&page_size=${PAGE_SIZE}`);
    decisions.push(...found.results);
    if (found.next === null || page === DECISION_PAGES) return { decisions, decided: found.count };
  }
}
