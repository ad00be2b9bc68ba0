// Which labels are printed, and what stands on them.
import type { components } from "../../shared/api.ts";

type Delivery = components["schemas"]["DetailedDelivery"];
type Sale = Pick<components["schemas"]["SaleAnswer"], "delivery_status" | "delivery_id">;

/** As many as a person prints in one go. */
export const MOST = 100;
/** So many pages of sales are looked through. */
const MOST_PAGES = 5;
const AT_ONCE = 6;

/** What a label says. Not what is in the parcel, nor anybody's phone, nor what the courier is told about the door: whoever passes can read it. */
export interface Label {
  number: string;
  own: string | null;
  to: { name: string; address: string };
  from: { name: string; address: string };
  weight_kg: number;
  fragile: boolean;
  priority: Delivery["priority"];
  /** What is asked for at the door, as far as whoever carries the parcel should see it on it. */
  asked: readonly ("signature" | "age")[];
  pieces: number;
}

export function labelOf(one: Delivery): Label {
  const door = one.proof.drop_off;
  const signs = door.includes("signature") || one.package_details.requires_signature;
  return {
    number: one.tracking_number,
    own: one.proof.label,
    to: { name: one.delivery_contact_name, address: one.delivery_address },
    from: { name: one.pickup_contact_name, address: one.pickup_address },
    weight_kg: one.package_weight,
    fragile: one.package_details.fragile,
    priority: one.priority,
    asked: [...(signs ? (["signature"] as const) : []), ...(door.includes("age") ? (["age"] as const) : [])],
    pieces: one.quantity,
  };
}

/** The deliveries that the address names, each once, in their order. */
export function namedIn(of: string | null): readonly string[] {
  const named = (of ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
  return [...new Set(named)];
}

interface Turn {
  results: readonly Sale[];
  count: number;
  next: string | null;
}

/** The parcels that nobody has fetched yet, the oldest first: whoever waits longest is printed first. `turn`: a page of `MOST` sales, newest first. */
export async function waiting(turn: (page: number) => Promise<Turn>): Promise<{ ids: readonly string[]; unread: number }> {
  const newest = await turn(1);
  const first = Math.max(1, Math.ceil(newest.count / MOST) - MOST_PAGES + 1);
  const found: string[] = [];
  for (let page = first; page < first + MOST_PAGES; page++) {
    const { results, next } = page === 1 ? newest : await turn(page);
    found.push(...notFetched(results));
    if (next === null) break;
  }
  return { ids: [...new Set(found)].reverse(), unread: (first - 1) * MOST }; // once each: a page may have moved on meanwhile
}

/** The parcels that nobody has fetched yet. */
export function notFetched(sales: readonly Sale[]): readonly string[] {
  return sales
    .filter((one) => one.delivery_status === "available" || one.delivery_status === "assigned")
    .flatMap((one) => (one.delivery_id === null ? [] : [String(one.delivery_id)]));
}

export interface Gathered {
  labels: readonly Label[];
  /** Deliveries that are nobody's, or somebody else's. */
  unknown: readonly string[];
  /** What is not among them because it is too many for one go. */
  left: readonly string[];
  /** So many sales, the newest, were not even looked through. */
  unread: number;
}

/** Asks for each of the first, a few at once; one that is not there hides none of the others. */
export async function gathered(wanted: readonly string[], ask: (id: string) => Promise<Delivery | null>, unread = 0): Promise<Gathered> {
  const ids = wanted.slice(0, MOST);
  const found = new Map<string, Label>();
  const left = [...ids];
  const next = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const one = await ask(id);
      if (one !== null) found.set(id, labelOf(one));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return {
    labels: ids.flatMap((one) => found.get(one) ?? []),
    unknown: ids.filter((one) => !found.has(one)),
    left: wanted.slice(MOST),
    unread,
  };
}
