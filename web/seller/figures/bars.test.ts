import { expect, test } from "vitest";
import { bars, daysShown } from "./bars.ts";

test("every day has its bar, the largest is whole, and a day without sales is empty", () => {
  const days = [{ day: "2026-11-27", revenue: 50 }, { day: "2026-11-28", revenue: 200 }, { day: "2026-01-01", revenue: 999 }];
  expect(bars(days, "2026-11-28", 3).map(({ day, height }) => [day, height])).toEqual([["2026-11-26", 0], ["2026-11-27", 0.25], ["2026-11-28", 1]]);
});

test("where nothing was sold, and where more went back than came in, no bar has a height", () => {
  expect(bars([], "2026-11-28", 2).map((bar) => bar.height)).toEqual([0, 0]);
  expect(bars([{ day: "2026-11-28", revenue: -5 }], "2026-11-28", 1).map((bar) => bar.height)).toEqual([0]);
});

test("of days that were chosen each is drawn, and else the last thirty", () => {
  expect([daysShown("2026-07-17", "2026-08-16"), daysShown("2026-08-16", "2026-08-16"), daysShown("", "2026-08-16"), daysShown("", "")]).toEqual([31, 1, 30, 30]);
  expect([daysShown("2020-01-01", "2026-08-16"), daysShown("2026-08-16", "2026-08-01")]).toEqual([92, 1]);
});
