import { expect, test } from "vitest";
import { isShown, monthAt, yearName, yearOf, yearsUntil } from "./years.ts";

test("a fiscal year is named as it is written in Nepal, and known by the Bikram year in which it begins", () => {
  expect([yearName(2083), yearName(2099), yearOf("2083/84")]).toEqual(["2083/84", "2099/00", 2083]);
});

test("all years that the server knows are to be chosen, the present one first", () => {
  expect(yearsUntil(2077)).toEqual([2077, 2076, 2075]);
  expect(yearsUntil(2070)).toEqual([]);
});

test("it begins with Shrawan and ends with Ashadh of the next Bikram year", () => {
  expect([0, 8, 9, 11].map((at) => monthAt(2083, at))).toEqual([
    { month: 4, year: 2083 }, { month: 12, year: 2083 }, { month: 1, year: 2084 }, { month: 3, year: 2084 },
  ]);
});

test("a month is marked while the page shows just its days", () => {
  const month = { first_day: "2026-07-17", last_day: "2026-08-16" };
  const showing = (query: string): boolean => isShown(month, { query: new URLSearchParams(query) });
  expect([showing("from=2026-07-17&to=2026-08-16"), showing("from=2026-07-17"), showing("")]).toEqual([true, false, false]);
});
