// What can be done at the console, found by typing: commands, which parcels are listed, and the other rooms.
import { type Command, EXPLAINED, keyOf } from "./keys.ts";
import { FILTERS } from "./queue.ts";
import { ROOMS } from "./room_tabs.tsx";

type Act = Exclude<Command["do"], "filter">;
type Filter = (typeof FILTERS)[number];
type Room = (typeof ROOMS)[number];

export type Entry =
  | { words: `key.${Exclude<Act, "help" | "back">}`; key: string; command: Command }
  | { words: `filter.${Filter}`; key: string; command: Command }
  | { words: Room[1]; key: ""; room: Room[0] };

const isFound = (name: (typeof EXPLAINED)[number]): name is Exclude<Act, "help" | "back"> => name !== "filter" && name !== "help" && name !== "back";

/** In the order in which they are of use. */
export const ENTRIES: readonly Entry[] = [
  ...EXPLAINED.filter(isFound).map((name): Entry => ({ words: `key.${name}`, key: keyOf(name), command: { do: name } })),
  ...FILTERS.map((filter, place): Entry => ({ words: `filter.${filter}`, key: String(place + 1), command: { do: "filter", filter } })),
  ...ROOMS.filter(([path]) => path !== "/console").map(([room, words]): Entry => ({ words, key: "", room })),
];

/** Those in whose words all that was typed occurs, each part anywhere. */
export function entriesFound(typed: string, wordsOf: (entry: Entry) => string): Entry[] {
  const parts = typed.toLocaleLowerCase().split(/\s+/).filter((part) => part !== "");
  return ENTRIES.filter((entry) => parts.every((part) => wordsOf(entry).toLocaleLowerCase().includes(part)));
}
