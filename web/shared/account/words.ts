// What is said of accounts, loaded with the forms that say it.
import type { Language } from "../numbers.ts";
import { type Key, type Say, speaker } from "../words.ts";
import words from "./words.json";

export type AccountSay = Say<Key | keyof (typeof words)["en"]>;

export function accountSpeaker(language: Language): AccountSay {
  return speaker(language, words);
}

/** Roles that people give themselves. */
export type OpenRole = "customer" | "seller" | "transporter";
