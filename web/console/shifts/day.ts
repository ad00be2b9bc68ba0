// A day in Nepal as a line: where on it planned and worked times lie, in percent.
import type { components } from "../../shared/api.ts";
import { DAY_MIN, minutesOf } from "../../shared/shifts.ts";

export type Attendance = components["schemas"]["AttendanceAnswer"];

export interface Bar {
  from: number;
  to: number;
}

const MINUTE_MS = 60_000;
const HUNDRED = 100;
/** A time on duty of a minute is seen. */
const LEAST = 0.4;

export function placeOf(at: number, midnight: number): number {
  return Math.min(HUNDRED, Math.max(0, (HUNDRED * (at - midnight)) / (DAY_MIN * MINUTE_MS)));
}

export function plannedBars(of: Attendance): Bar[] {
  return of.planned.map(({ begins, ends }) => ({ from: (HUNDRED * (minutesOf(begins) ?? 0)) / DAY_MIN, to: (HUNDRED * (minutesOf(ends) ?? 0)) / DAY_MIN }));
}

/** What goes on ends now, or with the day. */
export function workedBars(of: Attendance, midnight: number, now: number): Bar[] {
  return of.worked.map(({ begins, ends }) => {
    const from = placeOf(Date.parse(begins), midnight);
    return { from, to: Math.max(from + LEAST, placeOf(ends === null ? now : Date.parse(ends), midnight)) };
  });
}

/** Minutes of the day that were worked until now. */
export function workedMin(of: Attendance, now: number): number {
  return of.worked.reduce((sum, { begins, ends }) => sum + ((ends === null ? now : Date.parse(ends)) - Date.parse(begins)) / MINUTE_MS, 0);
}
