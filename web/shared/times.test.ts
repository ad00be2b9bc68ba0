import { expect, test } from "vitest";
import { bothDates, clock, date, duration, roughly, stretch } from "./times.ts";
import cases from "./times.cases.json"; // the server is held to the same: tests/http/test_tracking_view.py
import words from "./words.json";
import { speaker } from "./words.ts";

const LANGUAGES = ["en", "ne"] as const;

const en = speaker("en");
const ne = speaker("ne");
const at = (text: string): number => Date.parse(text);

test.each(cases.clock)("a time is said on Nepal's clock, wherever the browser is: $at at $now", (one) => {
  expect(LANGUAGES.map((language) => clock(at(one.at), at(one.now), language))).toEqual([one.en, one.ne]);
});

test.each(cases.stretch)("a stretch of time says its day once: $from to $to at $now", (one) => {
  expect(LANGUAGES.map((language) => Object.values(stretch(at(one.from), at(one.to), at(one.now), language)))).toEqual([one.en, one.ne]);
});

test.each(cases.date)("a date is Bikram Sambat in Nepali, and beyond its tables still one: $at", (one) => {
  expect(LANGUAGES.map((language) => date(at(one.at), language))).toEqual([one.en, one.ne]);
});

test("each language has a name for every day and every month", () => {
  const counts = LANGUAGES.map((language) => (["days", "months", "bikram_months"] as const).map((key) => words[language][`calendar.${key}`].split(" ").length));
  expect(counts).toEqual([[7, 12, 12], [7, 12, 12]]);
});

test.each([
  [0.4, "0 s"],
  [59, "59 s"],
  [61, "1 min"],
  [3_540, "59 min"],
  [3_600, "1 h"],
  [4_800, "1 h 20 min"],
  [3 * 86_400, "3 d"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds, en)).toBe(text);
});

test("what is far off is said to five minutes, what is near to the minute, and never as nothing", () => {
  expect(roughly(26 * 60, en)).toBe("25 min");
  expect(roughly(19.6 * 60, en)).toBe("20 min");
  expect(roughly(7 * 60, en)).toBe("7 min");
  expect(roughly(5, en)).toBe("1 min");
  expect(roughly(7 * 60, ne)).toBe("७ मिनेट");
});

test("a day of papers and books is said in both calendars, and beyond the tables in one", () => {
  expect(bothDates(at("2026-11-28T18:20:00Z"), "en")).toBe("29 Nov 2026 · 13 Mangsir 2083"); // past midnight in Nepal
  expect(bothDates(at("2026-11-28T06:00:00Z"), "ne")).toBe("१२ मंसिर २०८३ · २८ नोभेम्बर २०२६");
  expect(bothDates(at("2300-01-01T06:00:00Z"), "en")).toBe("1 Jan 2300");
});
