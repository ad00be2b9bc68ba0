// Handovers that were made far from where they should have been, or with no position that is new enough to bear it out: what has ended is no
// longer on the board, so the server is asked. Each is shown for a while, or until somebody has looked at it.
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { useLoading } from "../shared/loading.tsx";
import type { Exception } from "./exceptions.ts";
import { Snoozed } from "./snoozed.ts";

export type FlaggedRow = Pick<components["schemas"]["DispatcherRow"], "id" | "status" | "transporter" | "transporter_name" | "pickup_address" | "delivery_address" | "created_at" | "flagged_step">;

/** The gravest first: what a row says of one that has several. */
const DOUBTS = ["far_from_address", "far_from_last_fix", "old_fix"] as const;

const HOUR_MS = 3_600_000;
export const SHOWN_MS = 4 * HOUR_MS;
/** What is carried longer than this is an exception of another kind. */
const MADE_MS = 14 * 24 * HOUR_MS;
const RENEWED_MS = 30_000;
const MOST = 50;
const NAME = "dispatch.console.looked_at";

async function flagged(client: Client, now: number): Promise<readonly FlaggedRow[]> {
  const since = (ms: number): string => new Date(now - ms).toISOString();
  const query = new URLSearchParams({ flagged_since: since(SHOWN_MS), date_from: since(MADE_MS), page_size: String(MOST) });
  const { results } = await client.call<components["schemas"]["PageOfDispatcherRow"]>(`/api/deliveries/?${query.toString()}`);
  return results;
}

/** What was done there, for its sentence. */
function actOf(status: FlaggedRow["status"]): "picked_up" | "delivered" | "tried" {
  return status === "picked_up" || status === "delivered" ? status : "tried"; // a try leaves it on its way
}

/** The newest doubted step of each, where that is a handover of this kind and not too long ago. */
export function farHandovers(rows: readonly FlaggedRow[], now: number): Exception[] {
  return rows.flatMap(({ flagged_step: step, ...row }) => {
    const doubt = DOUBTS.find((one) => step?.flags.includes(one));
    if (step === null || doubt === undefined || now - Date.parse(step.told_at) > SHOWN_MS) return [];
    const delivery = {
      ...row, transporter_id: step.transporter, created_at: Date.parse(row.created_at), pickup_from: null, due_at: null, expected_at: null, planned_at: null, attempt: null, next_try: null, on_hold: null,
    };
    const for_ms = Math.max(0, now - Date.parse(step.at));
    return [{ kind: "far", key: `far:${row.id}:${step.at}`, delivery, parcels: 1, for_ms, doubt: `${actOf(step.status)}.${doubt}` as const, by: step.transporter === row.transporter ? row.transporter_name : null } satisfies Exception];
  });
}

/** `known`: whether the board is there; `looked`: the delivery that is looked at, which is seen once somebody turns from it. */
export function useFarHandovers(client: Client, known: boolean, looked: number | null, now: number): { found: readonly Exception[]; newly: ReadonlySet<string> } {
  const { value } = useLoading(() => (known ? flagged(client, now) : Promise.resolve(null)), [known], RENEWED_MS);
  const seen = useMemo(() => new Snoozed(() => localStorage, NAME, SHOWN_MS), []);
  const all = value === null ? [] : farHandovers(value, now);
  const newest = useRef({ all, now });
  newest.current = { all, now };
  useEffect(() => {
    if (looked === null) return;
    return () => {
      for (const one of newest.current.all) if (one.delivery.id === looked) seen.put(one.key, newest.current.now);
    };
  }, [looked]);
  const first = useRef<ReadonlySet<string> | null>(null); // what was there before somebody opened the page is nothing new
  if (value !== null) first.current ??= new Set(all.map((one) => one.key));
  const found = all.filter((one) => !seen.has(one.key, now));
  return { found, newly: new Set(found.filter((one) => first.current?.has(one.key) === false).map((one) => one.key)) };
}
