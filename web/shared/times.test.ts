import { expect, test } from "vitest";
import { bothDates, clock, date, duration, inHours, roughly, stretch, upcoming } from "./times.ts";
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
  [86_400 - 40, "23 h 59 min"],
  [86_400 - 20, "1 d"],
  [27 * 3_600, "1 d 3 h"],
  [47.8 * 3_600, "2 d"],
  [3 * 86_400, "3 d"],
  [7 * 86_400 + 40_000, "7 d"],
  [7 * 86_400 + 50_000, "8 d"],
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

test("what comes is said as people do: soon, today, tomorrow, on a day of the week", () => {
  const now = at("2026-11-28T11:00:00Z"); // Saturday 16:45 in Nepal
  const said = (text: string) => [upcoming(at(text), now, en, "en"), upcoming(at(text), now, ne, "ne")];
  expect(said("2026-11-28T11:42:00Z")).toEqual(["in 42 min", "४२ मिनेटमा"]);
  expect(said("2026-11-28T15:00:00Z")).toEqual(["today 20:45", "आज २०:४५"]);
  expect(said("2026-11-29T14:00:00Z")).toEqual(["tomorrow 19:45", "भोलि १९:४५"]);
  expect(said("2026-11-28T18:30:00Z")).toEqual(["tomorrow 00:15", "भोलि ००:१५"]);
  expect(said("2026-12-01T04:15:00Z")).toEqual(["Tue 10:00", "मंगल १०:००"]);
});

test("work is counted in hours, however many", () => {
  expect([inHours(52.5 * 3_600, en), inHours(40 * 3_600, ne), inHours(90, en)]).toEqual(["52 h 30 min", "४० घण्टा", "2 min"]);
});
