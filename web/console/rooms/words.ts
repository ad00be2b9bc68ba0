// What the rooms beside the board say; loaded with them.
import { type Say, type Words, speaker } from "../../shared/words.ts";
import type { Language } from "../../shared/numbers.ts";
import { type ConsoleKey, words } from "../words.ts";
import own from "./words.json";

export type RoomSay = Say<ConsoleKey | keyof (typeof own)["en"]>;

const all = { en: { ...words.en, ...own.en }, ne: { ...words.ne, ...own.ne } } satisfies Words;

export function roomSpeaker(language: Language): RoomSay {
  return speaker(language, all);
}
