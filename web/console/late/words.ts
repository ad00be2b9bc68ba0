// What the parts of the board say that are loaded once somebody asks for them; loaded with them.
import { useContext } from "preact/hooks";
import type { Language } from "../../shared/numbers.ts";
import { type Say, type Words, isKeyOf, speaker } from "../../shared/words.ts";
import { Changes } from "../changes.ts";
import { type Desk, DeskContext } from "../desk.ts";
import { type ConsoleKey, words } from "../words.ts";
import { type HandsKey, words as hands } from "../../shared/hands/hands.ts";
import own from "./words.json";

export type LateSay = Say<ConsoleKey | HandsKey | keyof (typeof own)["en"]>;

const all = { en: { ...words.en, ...hands.en, ...own.en }, ne: { ...words.ne, ...hands.ne, ...own.ne } } satisfies Words;

/** Whether a text made of an answer's word is a key: what a newer server says may be none. */
export function isLateKey(key: string): key is ConsoleKey | HandsKey | keyof (typeof own)["en"] {
  return isKeyOf(all, key);
}

export function lateSpeaker(language: Language): LateSay {
  return speaker(language, all);
}

export interface LateDesk extends Desk {
  say: LateSay;
  /** What is changed about deliveries; only these parts do. */
  changes: Changes;
}

const made = new WeakMap<Desk["actions"], Changes>();

/** One for as long as the page is there. */
function changesOf({ calls, actions, board }: Desk): Changes {
  const changes = made.get(actions) ?? new Changes(calls, actions, (delivery, priority) => board.prioritised(delivery, priority));
  made.set(actions, changes);
  return changes;
}

/** The desk as parts see it that `late_parts.tsx` has put in their place. */
export function useLateDesk(): LateDesk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("outside of the console");
  return { ...(desk as Desk & { say: LateSay }), changes: changesOf(desk) }; // `late_parts.tsx` gave it the speaker of these words
}
