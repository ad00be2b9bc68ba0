import { expect, test } from "vitest";
import { dayOf, isDay } from "./filter_days.ts";

test("a bound is a day or a moment, of which a field of days shows the day in Nepal", () => {
  expect(["2026-11-28", "", "T", "2026-11-28T20:00:00.000Z"].map(isDay)).toEqual([true, true, true, false]);
  expect(["2026-11-28", "2026-11-28T18:14:00.000Z", "2026-11-28T18:15:00.000Z"].map(dayOf)).toEqual(["2026-11-28", "2026-11-28", "2026-11-29"]);
});
