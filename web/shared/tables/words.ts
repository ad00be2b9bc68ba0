// What is said of tables, loaded with the room that says it.
import type { Language } from "../numbers.ts";
import { type Key, type Say, speaker } from "../words.ts";
import words from "./words.json";

export type TableSay = Say<Key | keyof (typeof words)["en"]>;

export function tableSpeaker(language: Language): TableSay {
  return speaker(language, words);
}
