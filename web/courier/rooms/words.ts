// What the rooms say that are loaded once somebody asks for them; loaded with them.
import type { Client } from "../../shared/client.ts";
import type { Language } from "../../shared/numbers.ts";
import { type Say, type Words, isKey, speaker } from "../../shared/words.ts";
import { type CourierKey, words } from "../words.ts";
import own from "./words.json";
import type { Work } from "../work.ts";

export type RoomKey = CourierKey | keyof (typeof own)["en"];
export type RoomSay = Say<RoomKey>;

const all = { en: { ...words.en, ...own.en }, ne: { ...words.ne, ...own.ne } } satisfies Words;

export function roomSpeaker(language: Language): RoomSay {
  return speaker(language, all);
}

/** What every room is given. */
export interface RoomGiven {
  client: Client;
  work: Pick<Work, "alone" | "again">;
  language: Language;
  say: RoomSay;
}

/** A word of a kind, such as a document's state; what a newer server says is shown by its own name. */
export function roomWord(kind: string, value: string, say: RoomSay): string {
  const key = `${kind}.${value}`;
  return isKey(key) || Object.hasOwn(all.en, key) ? say(key as RoomKey) : value.replaceAll("_", " ");
}
