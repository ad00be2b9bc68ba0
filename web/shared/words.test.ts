import { expect, test } from "vitest";
import { speaker } from "./words.ts";
import words from "./words.json";

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((found) => found[0]).sort();

test("every sentence is there in both languages, with the same places for values", () => {
  const { en, ne } = words as Record<string, Record<string, string>>;
  expect(Object.keys(ne ?? {}).sort()).toEqual(Object.keys(en ?? {}).sort());
  for (const [key, text] of Object.entries(en ?? {})) expect([key, placeholders(ne?.[key] ?? "")]).toEqual([key, placeholders(text)]);
});

test("values stand in their places, in the digits of the language", () => {
  expect(speaker("en")("answer.window", { from: "14:20", to: "14:35" })).toBe("Arrives 14:20–14:35");
  expect(speaker("ne")("minutes", { count: 25 })).toBe("२५ मिनेट");
});

test("a value that is missing is seen, not hidden", () => {
  expect(speaker("en")("minutes")).toBe("{count} min");
});
