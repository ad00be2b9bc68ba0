import type { Key, Say as SayAll } from "../shared/words.ts";
import { isKey, isKeyOf } from "../shared/words.ts";
import words from "./words.json";

export type Say = SayAll<Key | keyof (typeof words)["en"]>;
export { words };

/** The page's word for one of the API's, such as `refund.disputed`; the API's own where a newer server says another. */
export function wordOf(kind: string, word: string, say: Say): string {
  const key = `${kind}.${word}`;
  return isKeyOf(words, key) || isKey(key) ? say(key) : word.replaceAll("_", " ");
}
