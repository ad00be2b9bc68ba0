// How changes of hands are told, and what makes a step hard to believe.
import type { components } from "../api.ts";
import { isKeyOf } from "../words.ts";
import words from "./words.json";

type Hand = Pick<components["schemas"]["Hand"], "event" | "how" | "reason">;
export { words };
export type HandsKey = keyof (typeof words)["en"];

export type HandKey =
  | "hand.given.by_hand"
  | "hand.given.planned"
  | "hand.given.rolling"
  | "hand.given.offer"
  | "hand.given.own"
  | "hand.given"
  | "hand.moved.by_hand"
  | "hand.moved"
  | "hand.accepted"
  | "hand.taken_back"
  | "hand.given_back"
  | "hand.lost";

/** The sentence of a change of hands; null for an event that a newer server knows. */
export function handKey(hand: Hand): HandKey | null {
  switch (hand.event) {
    case "delivery.assigned":
      return hand.how === null ? "hand.given" : `hand.given.${hand.how}`;
    case "delivery.reassigned":
      return hand.how === "by_hand" ? "hand.moved.by_hand" : "hand.moved";
    case "delivery.accepted":
      return "hand.accepted";
    case "delivery.unassigned":
      return hand.reason === "taken_back" || hand.reason === "given_back" ? `hand.${hand.reason}` : "hand.lost";
    default:
      return null;
  }
}

/** What makes the place or time of a step hard to believe; a flag that a newer server knows stands as it calls it. */
export function flagWords(flag: string, say: (key: HandsKey) => string): string {
  const key = `flag.${flag}`;
  return isKeyOf(words, key) ? say(key) : flag.replaceAll("_", " ");
}
