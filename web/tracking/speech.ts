import type { Key, Say as SayAll } from "../shared/words.ts";
import words from "./words.json";

export type Say = SayAll<Key | keyof (typeof words)["en"]>;
export { words };
