// What one's own account says, loaded with it.
import type { Language } from "../numbers.ts";
import { type Key, type Say, speaker } from "../words.ts";
import words from "./own/words.json";

export type OwnSay = Say<Key | keyof (typeof words)["en"]>;
export { words };

export function ownSpeaker(language: Language): OwnSay {
  return speaker(language, words);
}
