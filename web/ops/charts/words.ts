// What charts say; loaded with them.
import type { Language } from "../../shared/numbers.ts";
import { type Say as SayAll, speaker } from "../../shared/words.ts";
import own from "./words.json";

export type ChartSay = SayAll<Parameters<SayAll>[0] | keyof (typeof own)["en"]>;

export function chartSpeaker(language: Language): ChartSay {
  return speaker(language, own) as ChartSay;
}
