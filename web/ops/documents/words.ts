// What the queue of documents says; loaded with it.
import type { Language } from "../../shared/numbers.ts";
import { type Say as SayAll, type Words, speaker } from "../../shared/words.ts";
import { type Say, words } from "../speech.ts";
import own from "./words.json";

export type QueueSay = Say & SayAll<Parameters<Say>[0] | keyof (typeof own)["en"]>;

const all = { en: { ...words.en, ...own.en }, ne: { ...words.ne, ...own.ne } } satisfies Words;

export function queueSpeaker(language: Language): QueueSay {
  return speaker(language, all) as QueueSay;
}

/** A word of a kind; what a newer server says is shown by its own name. */
export function queueWord(kind: string, value: string, say: QueueSay): string {
  const key = `${kind}.${value}`;
  return Object.hasOwn(all.en, key) ? say(key as keyof (typeof own)["en"]) : value.replaceAll("_", " ");
}
