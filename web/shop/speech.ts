import type { Key, Say as SayAll } from "../shared/words.ts";
import words from "./words.json";

export type ShopKey = Key | keyof (typeof words)["en"];
export type Say = SayAll<ShopKey>;
export { words };
