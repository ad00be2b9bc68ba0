import type { Language } from "../shared/numbers.ts";
import type { Key as SharedKey, Say } from "../shared/words.ts";
import words from "./words.json";

export type CourierKey = SharedKey | keyof (typeof words)["en"];
export type CourierSay = Say<CourierKey>;
export { words };

/** In which language, and how, a part of the page speaks. */
export interface Spoken {
  language: Language;
  say: CourierSay;
}
