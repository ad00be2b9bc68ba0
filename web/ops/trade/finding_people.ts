// People by whom a list is narrowed: found by a text, known by their number.
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";

export type Kind = "seller" | "transporter" | "customer";
type Account = Pick<components["schemas"]["AccountAnswer"], "id" | "name" | "email">;
type Transporter = Pick<components["schemas"]["ListedAnswer"], "id" | "name" | "business_name" | "phone">;

/** Somebody who may be meant: the number by which a list is asked, and what tells them from others of the name. */
export interface Found {
  id: number;
  name: string;
  beside: string;
}

/** So many are offered: whoever is not among them types more. */
export const OFFERED = 6;

/** Where the API finds people of a kind. */
export function findPath(kind: Kind, text: string): string {
  const asked = new URLSearchParams({ search: text, page_size: String(OFFERED) });
  if (kind === "transporter") return `/api/transporters/?${asked}`;
  asked.set("role", kind);
  return `/api/v1/users/?${asked}`;
}

/** Where it knows one by its number. */
export function onePath(kind: Kind, id: string): string {
  return kind === "transporter" ? `/api/transporters/${encodeURIComponent(id)}/` : `/api/v1/users/${encodeURIComponent(id)}/`;
}

export function foundOf(one: Account | Transporter): Found {
  const beside = "business_name" in one ? [one.business_name, one.phone].filter((part) => part !== "").join(" · ") : one.email;
  return { id: one.id, name: one.name, beside };
}

/** Raises Refused or Unreachable. */
export async function findPeople(client: Pick<Client, "call">, kind: Kind, text: string): Promise<Found[]> {
  const { results } = await client.call<{ results: (Account | Transporter)[] }>(findPath(kind, text));
  return results.map(foundOf);
}

/** Raises Refused or Unreachable. */
export async function personOf(client: Pick<Client, "call">, kind: Kind, id: string): Promise<Found> {
  return foundOf(await client.call<Account | Transporter>(onePath(kind, id)));
}
