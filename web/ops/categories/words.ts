import type { Language } from "../../shared/numbers.ts";
import { type Key, type Say, speaker } from "../../shared/words.ts";
import words from "./words.json";

/** Says what the room says. */
export type TreeSay = Say<Key | keyof (typeof words)["en"]>;

export function treeSpeaker(language: Language): TreeSay {
  return speaker(language, words);
}
