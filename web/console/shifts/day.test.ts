import { expect, test } from "vitest";
import { midnightOf } from "../../shared/shifts.ts";
import { type Attendance, placeOf, plannedBars, workedBars, workedMin } from "./day.ts";

const midnight = midnightOf("2026-11-29") as number;
const at = (hours: number): string => new Date(midnight + hours * 3_600_000).toISOString();
const day = {
  planned: [{ weekday: 6, begins: "06:00", ends: "12:00" }, { weekday: 6, begins: "18:00", ends: "24:00" }],
  worked: [{ begins: at(0), ends: at(6) }, { begins: at(12), ends: null }],
} as unknown as Attendance;

test("a day goes from midnight to midnight in Nepal, and what lies beyond ends there", () => {
  expect([-1, 0, 12, 24, 30].map((hours) => placeOf(midnight + hours * 3_600_000, midnight))).toEqual([0, 0, 50, 100, 100]);
  expect(plannedBars(day)).toEqual([{ from: 25, to: 50 }, { from: 75, to: 100 }]);
});

test("what goes on is drawn until now, and a moment on duty can be seen", () => {
  const now = midnight + 15 * 3_600_000;
  expect(workedBars(day, midnight, now)).toEqual([{ from: 0, to: 25 }, { from: 50, to: 62.5 }]);
  expect(workedMin(day, now)).toBe(9 * 60);
  const moment = { ...day, worked: [{ begins: at(3), ends: at(3) }] };
  expect(workedBars(moment, midnight, now)).toEqual([{ from: 12.5, to: 12.9 }]);
});
