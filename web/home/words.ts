import type { Key, Say } from "../shared/words.ts";
import words from "./words.json";

export type HomeKey = Key | keyof (typeof words)["en"];
export type HomeSay = Say<HomeKey>;
export { words };
