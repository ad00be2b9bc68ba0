// What keeps an account that somebody wants to delete.
import { Refused } from "../client.ts";
import { isKeyOf } from "../words.ts";
import { type OwnSay, words } from "./own_words.ts";

/** All of it, one after the other, as far as this page has words for it; null where it has none, or something else is in the way. */
export function keptWords(error: unknown, say: OwnSay): string | null {
  if (!(error instanceof Refused) || error.code !== "account_in_use") return null;
  const told = Object.entries(error.reasons).flatMap(([reason, count]) => {
    const key = `data.kept.${reason}`;
    return isKeyOf(words, key) ? [say(key, { count })] : [];
  });
  return told.length === 0 ? null : `${say("data.kept")} ${told.join("; ")}`;
}
