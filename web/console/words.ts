import type { Key, Say } from "../shared/words.ts";
import words from "./words.json";

export type ConsoleKey = Key | keyof (typeof words)["en"];
export type ConsoleSay = Say<ConsoleKey>;
export { words };
