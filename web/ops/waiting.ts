// The lists in which something waits for a person, and how much.
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";

/** A room with its filter, what the API counts for it, and how the overview says it. */
export const WAITING = [
  { href: "/ops/refunds?status=disputed", list: "/api/v1/payments/refunds/?status=disputed", words: "waiting.disputed" },
  { href: "/ops/reviews?status=pending", list: "/api/v1/payments/reviews/?status=pending", words: "waiting.reviews" },
  { href: "/ops/documents", list: "/api/transporters/documents/?state=waiting", words: "waiting.documents" },
  { href: "/ops/transporters?is_verified=false", list: "/api/transporters/?is_verified=false", words: "waiting.transporters" },
] as const;

/** How many wait, by the address of their room. */
export type WaitingLists = Readonly<Record<string, number>>;

/** Raises Refused or Unreachable. */
export async function waitingIn(client: Pick<Client, "call">): Promise<WaitingLists> {
  const found = await Promise.all(
    WAITING.map(async ({ href, list }) => [href, (await client.call<{ count: number }>(`${list}&page_size=1`)).count] as const),
  );
  return Object.fromEntries(found);
}

type Known = Pick<components["schemas"]["SummaryAnswer"], "dead_letters" | "payments_open">;

/** Whether a part of the server's figures was answered: what did not answer leaves its figures empty, and is not nought. */
export function isTold(figures: Readonly<Record<string, number>>): boolean {
  return Object.keys(figures).length > 0;
}

/** What waits in the server's own queues, longest first, and the queues in which nothing waits. */
export function queuesOf(oldest_s: Readonly<Record<string, number>>): { waits: (readonly [name: string, seconds: number])[]; empty: string[] } {
  const all = Object.entries(oldest_s);
  const waits = all.filter(([, seconds]) => Math.round(seconds) > 0); // what is done within its second is not said to wait
  return { waits: waits.sort(([, one], [, other]) => other - one), empty: all.filter(([, seconds]) => Math.round(seconds) <= 0).map(([name]) => name) };
}

/** How much was given up and is held; null where that is not known now. */
export function waitsOf({ dead_letters, payments_open }: Known): { dead: number | null; held: number | null } {
  return {
    dead: isTold(dead_letters) ? Object.values(dead_letters).reduce((sum, count) => sum + count, 0) : null,
    held: isTold(payments_open) ? (payments_open["held"] ?? 0) : null,
  };
}
