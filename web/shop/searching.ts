// What a search does to the shop's address.
import { type Address, changed } from "../shared/address.ts";

/** The catalogue with another search, from its first page; all else that the address says now stays. */
export function searched(now: Address, text: string): string {
  return changed({ ...now, path: "/shop" }, { q: text, page: null });
}
