import { expect, test } from "vitest";
import { dayWords } from "./day_words.ts";

test("a day that was chosen is said in both calendars, and a moment with its time", () => {
  expect(dayWords("2026-12-01", "en")).toBe("1 Dec 2026 · 15 Mangsir 2083");
  expect(dayWords("2026-12-01", "ne")).toBe("१५ मंसिर २०८३ · १ डिसेम्बर २०२६");
  expect(dayWords("2026-12-01T09:05", "en")).toBe("1 Dec 2026 · 15 Mangsir 2083, 09:05");
});

test("of what is no day nothing is said", () => {
  expect(["", "2026-13-01", "soon"].map((value) => dayWords(value, "en"))).toEqual(["", "", ""]);
});
