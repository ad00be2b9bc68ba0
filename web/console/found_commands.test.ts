import { expect, test } from "vitest";
import { ENTRIES, type Entry, entriesFound } from "./found_commands.ts";

const words: Partial<Record<Entry["words"], string>> = { "key.take_back": "take back", "key.reassign": "give to somebody else; of a courier take all", "filter.late": "Late" };
const wordsOf = (entry: Entry): string => words[entry.words] ?? "";

test("commands are found by parts of their words in any order and any case, and nothing typed finds all", () => {
  expect(entriesFound("TAKE", wordsOf).map((one) => one.words)).toEqual(["key.take_back", "key.reassign"]);
  expect(entriesFound("all  give", wordsOf).map((one) => one.words)).toEqual(["key.reassign"]);
  expect(entriesFound(" ", wordsOf)).toHaveLength(ENTRIES.length);
  expect(entriesFound("fly", wordsOf)).toEqual([]);
});

test("each filter and each other room is among them, and what only opens or closes the list is not", () => {
  const names = ENTRIES.map((one) => one.words);
  expect(names).toEqual(expect.arrayContaining(["filter.late", "room.zones", "key.plan"]));
  expect(names).not.toContain("key.help");
  expect(names).not.toContain("room.board");
});
