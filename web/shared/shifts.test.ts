import { expect, test } from "vitest";
import { DAY_MIN, type Shift, dayAt, midnightBefore, midnightOf, minutesOf, overlapping, shiftsOf, stintOf, stintsOf, timeOf, weekOf, weekdayAt } from "./shifts.ts";

const shift = (weekday: number, begins: string, ends: string): Shift => ({ weekday, begins, ends });

test("a night is one stint for people and two shifts for the server, also from Sunday to Monday", () => {
  for (const weekday of [2, 6]) {
    const night = stintOf(weekday, "22:00", "06:00");
    expect(night).toEqual({ weekday, begins: 1320, ends: DAY_MIN + 360 });
    const shifts = shiftsOf([night!]);
    expect(shifts).toHaveLength(2);
    expect(shifts).toContainEqual(shift(weekday, "22:00", "24:00"));
    expect(shifts).toContainEqual(shift((weekday + 1) % 7, "00:00", "06:00"));
    expect(stintsOf(shifts)).toEqual([night]);
  }
});

test("midnight as an end is the end of the same day, and a whole day begins and ends with it", () => {
  expect(shiftsOf([stintOf(0, "18:00", "00:00")!])).toEqual([shift(0, "18:00", "24:00")]);
  expect(shiftsOf([stintOf(0, "00:00", "00:00")!])).toEqual([shift(0, "00:00", "24:00")]);
  expect(timeOf(DAY_MIN)).toBe("00:00");
});

test("whatever the server has comes back as it was", () => {
  const weeks: Shift[][] = [
    [],
    [shift(0, "08:00", "12:00"), shift(0, "13:00", "17:30")],
    [0, 1, 2, 3, 4, 5, 6].map((day) => shift(day, "00:00", "24:00")),
    [shift(0, "00:00", "04:00"), shift(5, "23:59", "24:00"), shift(6, "00:00", "00:01"), shift(6, "20:00", "24:00")],
    [shift(3, "10:00", "24:00"), shift(4, "00:00", "10:00"), shift(4, "10:00", "11:00")],
    [shift(3, "10:00", "24:00"), shift(4, "00:00", "24:00")],
  ];
  for (const week of weeks) expect(shiftsOf(stintsOf(week))).toEqual(week);
});

test("what has a time in common is found over midnight and over the end of the week, and neighbours have none", () => {
  const night = stintOf(6, "22:00", "06:00")!;
  expect(overlapping([night, stintOf(0, "05:00", "09:00")!])).toEqual(new Set([0, 1]));
  expect(overlapping([night, stintOf(0, "06:00", "09:00")!, stintOf(6, "12:00", "22:00")!])).toEqual(new Set());
  expect(overlapping([stintOf(1, "08:00", "12:00")!, stintOf(2, "08:00", "12:00")!, stintOf(1, "11:59", "13:00")!])).toEqual(new Set([0, 2]));
  expect(overlapping([night, night])).toEqual(new Set([0, 1]));
  expect(weekOf([night, stintOf(1, "08:00", "12:30")!])).toBe(480 + 270);
});

test("what is no time is none", () => {
  for (const text of ["", "7:30", "24:01", "25:00", "12:60", "12:00:00"]) expect(minutesOf(text)).toBeNull();
  expect(stintOf(0, "", "12:00")).toBeNull();
  expect(stintOf(0, "24:00", "12:00")).toBeNull();
});

test("days and weekdays go by Nepal's clock, a quarter before a full hour of everywhere else", () => {
  const at = Date.parse("2026-11-29T18:20:00Z"); // Monday, 00:05 in Nepal
  expect([weekdayAt(at), dayAt(at)]).toEqual([0, "2026-11-30"]);
  expect(midnightBefore(at)).toBe(Date.parse("2026-11-29T18:15:00Z"));
  expect([weekdayAt(at - 6 * 60_000), dayAt(at - 6 * 60_000)]).toEqual([6, "2026-11-29"]);
  expect(midnightOf("2026-11-30")).toBe(midnightBefore(at));
  expect(midnightOf("30.11.2026")).toBeNull();
});
