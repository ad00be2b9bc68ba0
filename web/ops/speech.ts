import type { Key, Say as SayAll } from "../shared/words.ts";
import { isKey, isKeyOf } from "../shared/words.ts";
import words from "./words.json";

export type Say = SayAll<Key | keyof (typeof words)["en"]>;
export { words };

/** Reasons of refunds that the server gives by itself; what a person typed is shown as it is. */
const REFUND_REASONS: Readonly<Record<string, keyof (typeof words)["en"]>> = {
  "Package is back with its seller": "refund_reason.back",
  "Package goes back to its seller": "refund_reason.returned",
  "The order was cancelled": "refund_reason.cancelled",
  "The customer took only a part of it": "refund_reason.part",
  "Given back at the gateway before it was settled": "refund_reason.gateway",
};

export function refundReason(text: string, say: Say): string {
  const key = REFUND_REASONS[text];
  return key === undefined ? text : say(key);
}

/** The page's word for one of the API's, such as `refund.disputed`; the API's own where a newer server says another. */
export function wordOf(kind: string, word: string, say: Say): string {
  const key = `${kind}.${word}`;
  return isKeyOf(words, key) || isKey(key) ? say(key) : word.replaceAll("_", " ");
}
