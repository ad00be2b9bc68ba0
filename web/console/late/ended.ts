// Parcels that have ended: the board has let go of them, and the server is asked.
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { numberSigns } from "../../shared/tracking_number.ts";
import type { Details } from "../calls.ts";

type Schemas = components["schemas"];
export type EndedRow = Schemas["DispatcherRow"];
export type HandoverProof = Schemas["HandoverProof"];

/** So many are shown of what a search finds. */
export const SHOWN = 5;
/** What has fewer letters and digits is in nearly all of them. */
const LEAST_SIGNS = 4;
/** A text is looked for in what was made in so many days: in all that ever ended it would be read through at every pause. */
export const DAYS = 90;
const DAY_MS = 86_400_000;
const TRACKING_NUMBER = /^TRK[0-9A-Z]{4,29}$/; // as dispatch/numbers.py has it

/** Whether the server is asked for it. */
export function isSearched(search: string): boolean {
  return (search.match(/[\p{L}\p{M}\p{N}]/gu)?.length ?? 0) >= LEAST_SIGNS;
}

/** What a search found among those that have ended, the newest of them. */
export interface EndedFound {
  search: string;
  count: number;
  rows: readonly EndedRow[];
}

export async function endedFound(client: Client, search: string, now: number): Promise<EndedFound> {
  if (!isSearched(search)) return { search, count: 0, rows: [] };
  const query = new URLSearchParams([["status", "delivered"], ["status", "cancelled"], ["search", search], ["page_size", String(SHOWN)]]);
  if (!TRACKING_NUMBER.test(numberSigns(search))) query.set("date_from", new Date(now - DAYS * DAY_MS).toISOString().slice(0, 10));
  const { count, results } = await client.call<Schemas["PageOfDispatcherRow"]>(`/api/deliveries/?${query.toString()}`);
  return { search, count, rows: results };
}

/** What proved that it changed hands, the newest first. */
export async function handoversOf(client: Client, delivery: number): Promise<readonly HandoverProof[]> {
  const { handovers } = await client.call<Schemas["ProofOfDelivery"]>(`/api/deliveries/${delivery}/proof/`);
  return [...handovers].reverse();
}

export type EndedKey = "ended.delivered" | "ended.cancelled" | "ended.brought_back" | `ended.${Schemas["Ending"]}`;

/** The sentence of how it ended. */
export function endedKey({ status, ending, return_of }: Pick<EndedRow, "status" | "ending" | "return_of">): EndedKey {
  if (ending !== null) return `ended.${ending}`;
  if (status === "cancelled") return "ended.cancelled";
  return return_of === null ? "ended.delivered" : "ended.brought_back";
}

/** When that was, milliseconds since 1970: what was lost after it was delivered has ended with that step. */
export function endedAt({ status, ending, delivered_at, created_at, tracking_history }: Pick<Details, "status" | "created_at" | "tracking_history"> & Partial<Pick<Details, "ending" | "delivered_at">>): number {
  if ((ending ?? null) === null && typeof delivered_at === "string") return Date.parse(delivered_at); // what was objected to since took another step
  return Date.parse(tracking_history.findLast((step) => step.status === status)?.timestamp ?? created_at);
}
