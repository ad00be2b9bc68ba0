// Parcels that have ended: the board has let go of them, and the server is asked.
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import type { Details } from "../calls.ts";

type Schemas = components["schemas"];
export type EndedRow = Schemas["DispatcherRow"];
export type HandoverProof = Schemas["HandoverProof"];

/** So many are shown of what a search finds. */
export const SHOWN = 5;
/** What is shorter is in nearly all of them. */
export const LEAST_SIGNS = 2;

/** What a search found among all that have ended, the newest of them. */
export interface EndedFound {
  search: string;
  count: number;
  rows: readonly EndedRow[];
}

export async function endedFound(client: Client, search: string): Promise<EndedFound> {
  if (search.length < LEAST_SIGNS) return { search, count: 0, rows: [] };
  const query = new URLSearchParams([["status", "delivered"], ["status", "cancelled"], ["search", search], ["page_size", String(SHOWN)]]);
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
export function endedAt({ status, created_at, tracking_history }: Pick<Details, "status" | "created_at" | "tracking_history">): number {
  return Date.parse(tracking_history.findLast((step) => step.status === status)?.timestamp ?? created_at);
}
