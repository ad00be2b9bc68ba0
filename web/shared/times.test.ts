import { expect, test } from "vitest";
import { clock, date, duration, roughly, stretch } from "./times.ts";
import { speaker } from "./words.ts";

const en = speaker("en");
const ne = speaker("ne");
const at = (text: string): number => Date.parse(text);

test("a time is Nepal's wherever the browser is", () => {
  expect(clock(at("2026-11-28T08:35:00Z"), at("2026-11-28T08:00:00Z"), "en")).toBe("14:20");
  expect(clock(at("2026-11-28T08:35:00Z"), at("2026-11-28T08:00:00Z"), "ne")).toBe("१४:२०");
});

test("the day changes at Nepal's midnight, not at Greenwich's", () => {
  const before = at("2026-11-28T18:10:00Z"); // 23:55 there
  const after = at("2026-11-28T18:20:00Z"); // 00:05 of the next day
  expect(clock(after, before, "en")).toBe("Sun 00:05");
  expect(clock(before, after, "en")).toBe("Sat 23:55");
  expect(clock(at("2026-11-29T00:30:00Z"), after, "en")).toBe("06:15");
});

test("a stretch of time says its day once", () => {
  const now = at("2026-11-28T18:10:00Z"); // 23:55 there
  expect(stretch(at("2026-11-28T18:20:00Z"), at("2026-11-28T18:35:00Z"), now, "en")).toEqual({ from: "Sun 00:05", to: "00:20" });
  expect(stretch(at("2026-11-28T18:12:00Z"), at("2026-11-28T18:35:00Z"), now, "en")).toEqual({ from: "23:57", to: "Sun 00:20" });
});

test("beyond a week the date is said", () => {
  expect(clock(at("2026-11-10T04:15:00Z"), at("2026-11-28T08:00:00Z"), "en")).toBe("10 Nov 2026 10:00");
});

test("Nepali dates are Bikram Sambat", () => {
  expect(date(at("2024-04-13T06:00:00Z"), "ne")).toBe("१ बैशाख २०८१");
  expect(date(at("2024-04-12T06:00:00Z"), "ne")).toBe("३० चैत २०८०");
  expect(date(at("2024-04-12T18:30:00Z"), "ne")).toBe("१ बैशाख २०८१"); // 00:15 there
});

test("a date beyond the calendar's tables is still one", () => {
  expect(date(at("2200-01-05T06:00:00Z"), "ne")).toContain("2200");
});

test.each([
  [0.4, "0 s"],
  [59, "59 s"],
  [61, "1 min"],
  [3_540, "59 min"],
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
