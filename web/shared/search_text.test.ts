import { expect, test } from "vitest";
import { searchText } from "./search_text.ts";

test("a search is what a person typed, blanks at its end too, since more words follow", () => {
  expect(searchText("मोमो  rice ")).toBe("मोमो  rice ");
});

test("a pasted page is cut to what the API takes, and never within a character", () => {
  expect(searchText("a".repeat(20_000))).toHaveLength(100);
  expect(Array.from(searchText("🚲".repeat(200)))).toHaveLength(100);
});

test("what no keyboard writes stands for a blank: NUL, line ends, half a character", () => {
  expect(searchText("rice\0\n\ud83dbowl")).toBe("rice bowl");
});
