// Where somebody who works here was before they looked at a parcel's page, which anybody may open: told to this tab alone.
import type { Key } from "./words.ts";

const NAME = "dispatch.room";
const PAGES = ["seller", "ops"] as const;
const WORDS = { seller: "back.seller", ops: "back.ops" } as const satisfies Record<string, Key>;

type Kept = Pick<Storage, "getItem" | "setItem">;

/** The address of a room, for the way back to it. */
export function noteRoom(storage: () => Kept, href: string): void {
  try {
    storage().setItem(NAME, href);
  } catch {
    // Then the way back leads to the page's first room.
  }
}

/** The way back of whoever is signed in to one of these pages in this browser; null for everybody else. */
export function wayBack(storage: () => Kept, signedIn: (page: string) => boolean): { page: (typeof PAGES)[number]; href: string; words: Key } | null {
  const kept = roomIn(storage);
  const page = PAGES.find((one) => isOf(one, kept) && signedIn(one)) ?? PAGES.find((one) => one === "seller" && signedIn(one));
  if (page === undefined) return null;
  return { page, href: isOf(page, kept) ? kept : `/${page}`, words: WORDS[page] };
}

function isOf(page: string, href: string): boolean {
  return href === `/${page}` || href.startsWith(`/${page}/`) || href.startsWith(`/${page}?`);
}

function roomIn(storage: () => Kept): string {
  try {
    return storage().getItem(NAME) ?? "";
  } catch {
    return "";
  }
}
