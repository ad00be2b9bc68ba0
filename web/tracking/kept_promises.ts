// What customers were promised, kept in this browser: whoever loads the page again still sees what was said before.
import type { Kept } from "../shared/promises.ts";

const NAME = "promises";
const MOST_PARCELS = 20;

/** Newest first. */
type All = [number: string, kept: Kept][];

/** The part of Storage that is used. */
export type Place = Pick<Storage, "getItem" | "setItem">;

/** What was promised for a parcel; null where nothing is kept, or what is kept cannot be read. */
export function readKept(place: () => Place, number: string): Kept | null {
  const found = read(place).find(([one]) => one === number)?.[1];
  return found ?? null;
}

/** Keeps it, and forgets the parcels that were looked at longest ago. */
export function writeKept(place: () => Place, number: string, kept: Kept): void {
  const others = read(place).filter(([one]) => one !== number);
  const all: All = [[number, kept], ...others];
  try {
    place().setItem(NAME, JSON.stringify(all.slice(0, MOST_PARCELS)));
  } catch {
    // A browser that keeps nothing forgets what was promised when the page is loaded again.
  }
}

function read(place: () => Place): All {
  try {
    const found: unknown = JSON.parse(place().getItem(NAME) ?? "[]");
    return Array.isArray(found) ? found.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(one: unknown): one is All[number] {
  if (!Array.isArray(one) || typeof one[0] !== "string") return false;
  const kept = one[1] as Partial<Kept> | null;
  return typeof kept === "object" && kept !== null && Array.isArray(kept.changes) && isWindow(kept.shown) && isWindow(kept.exact) && kept.changes.every((change) => isWindow(change.before, false) && isWindow(change.after, false) && typeof change.at === "number");
}

function isWindow(window: unknown, mayBeNull = true): boolean {
  if (window === null || window === undefined) return mayBeNull;
  const { earliest, latest } = window as { earliest?: unknown; latest?: unknown };
  return typeof earliest === "number" && typeof latest === "number";
}
