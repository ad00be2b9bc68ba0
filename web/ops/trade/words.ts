// What the lists and sheets of deliveries and orders say; loaded with them.
import { type HandsKey, words as hands } from "../../shared/hands/hands.ts";
import type { Language } from "../../shared/numbers.ts";
import { type Say as SayAll, type Words, isKeyOf, speaker } from "../../shared/words.ts";
import { type Say, words } from "../speech.ts";
import own from "./words.json";

export type TradeSay = Say & SayAll<Parameters<Say>[0] | HandsKey | keyof (typeof own)["en"]>;

const all = { en: { ...words.en, ...hands.en, ...own.en }, ne: { ...words.ne, ...hands.ne, ...own.ne } } satisfies Words;

export function tradeSpeaker(language: Language): TradeSay {
  return speaker(language, all) as TradeSay;
}

/** A word of a kind; what a newer server says is shown by its own name. */
export function tradeWord(kind: "priority" | "ending" | "partly" | "asker", value: string, say: TradeSay): string {
  const key = `${kind}.${value}`;
  return isKeyOf(own, key) ? say(key) : value.replaceAll("_", " ");
}
