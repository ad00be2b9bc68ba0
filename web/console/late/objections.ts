// Objections of recipients, as the API has them.
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";

type Schemas = components["schemas"];
export type Objection = Schemas["ObjectionAnswer"];
export type Decision = "lost" | "damaged" | "reject";

/** So many are shown in the list: whoever has more works from the oldest. */
const SHOWN = 20;

export async function openObjections(client: Client): Promise<{ count: number; rows: readonly Objection[] }> {
  const { count, results } = await client.call<Schemas["PageOfObjectionAnswer"]>(`/api/objections/?status=open&page_size=${SHOWN}`);
  return { count, rows: results };
}

/** The one of a parcel; null where nobody objected. */
export async function objectionOf(client: Client, delivery: number, tracking_number: string): Promise<Objection | null> {
  const { results } = await client.call<Schemas["PageOfObjectionAnswer"]>(`/api/objections/?${new URLSearchParams({ search: tracking_number })}`);
  return results.find((one) => one.delivery_id === delivery) ?? null;
}

/** What is sent for a decision, and where to; an amount goes with what is damaged alone. */
export function decisionOf(id: number, how: Decision, reason: string, amount: string): { path: string; body: Record<string, unknown> } {
  if (how === "reject") return { path: `/api/objections/${id}/reject/`, body: { reason } };
  return { path: `/api/objections/${id}/uphold/`, body: { ending: how, reason, ...(how === "damaged" && amount !== "" ? { amount: Number(amount) } : {}) } };
}
