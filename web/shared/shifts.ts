// Weekly shifts by Nepal's clock. The API has a day's minutes each; people say a night as one, "22:00–06:00".
import type { components } from "./api.ts";
import { NEPAL_OFFSET_MS } from "./times.ts";

export type Shift = components["schemas"]["ShiftAnswer"];

/** A time of work as people say it: minutes of the day on which it begins; `ends` lies beyond 1440 where it is the next day. */
export interface Stint {
  weekday: number;
  begins: number;
  ends: number;
}

export const DAY_MIN = 24 * 60;
export const WEEK_MIN = 7 * DAY_MIN;
const MINUTE_MS = 60_000;
// 1 January 1970 was a Thursday; the API's week begins on Monday.
const FIRST_WEEKDAY = 3;

/** "07:30" as minutes of the day; null where it is no time. "24:00" is the end of the day. */
export function minutesOf(text: string): number | null {
  const found = /^([01][0-9]|2[0-4]):([0-5][0-9])$/.exec(text);
  if (found === null) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  return minutes > DAY_MIN ? null : minutes;
}

/** Minutes as "07:30"; those of the next day are its own: 1500 is "01:00", and midnight at an end "00:00". */
export function timeOf(minutes: number): string {
  const left = minutes % DAY_MIN;
  return `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
}

/** A stint from its day and two times; an end at or before the beginning is on the next day. Null where a time is missing. */
export function stintOf(weekday: number, begins: string, ends: string): Stint | null {
  const [from, to] = [minutesOf(begins), minutesOf(ends)];
  if (from === null || to === null || from === DAY_MIN) return null;
  return { weekday, begins: from, ends: to > from ? to : to + DAY_MIN };
}

/** Shifts as stints, in the order of the week: what ends at midnight goes on where the next day begins with it. */
export function stintsOf(shifts: readonly Shift[]): Stint[] {
  const whole = shifts
    .map(({ weekday, begins, ends }) => ({ weekday, begins: minutesOf(begins) ?? 0, ends: minutesOf(ends) ?? 0 }))
    .sort((a, b) => a.weekday - b.weekday || a.begins - b.begins);
  const gone = new Set<Stint>();
  for (const one of whole) {
    if (one.begins === 0 || one.ends !== DAY_MIN) continue; // two whole days beside each other stay two
    const next = whole.find(({ weekday, begins, ends }) => weekday === (one.weekday + 1) % 7 && begins === 0 && ends <= one.begins);
    if (next === undefined) continue;
    one.ends += next.ends;
    gone.add(next);
  }
  return whole.filter((one) => !gone.has(one));
}

/** Stints as the API has them: one over midnight is two. */
export function shiftsOf(stints: readonly Stint[]): Shift[] {
  const shifts = stints.flatMap(({ weekday, begins, ends }) => {
    const today = { weekday, begins: timeOf(begins), ends: ends >= DAY_MIN ? "24:00" : timeOf(ends) };
    return ends > DAY_MIN ? [today, { weekday: (weekday + 1) % 7, begins: "00:00", ends: timeOf(ends) }] : [today];
  });
  return shifts.sort((a, b) => a.weekday - b.weekday || a.begins.localeCompare(b.begins));
}

/** Places of those that have a time in common with another, also over the end of the week. */
export function overlapping(stints: readonly Stint[]): ReadonlySet<number> {
  const found = new Set<number>();
  stints.forEach((a, one) => {
    stints.forEach((b, other) => {
      if (other <= one) return;
      const [from, to] = [a.weekday * DAY_MIN + a.begins, b.weekday * DAY_MIN + b.begins];
      const after = (to - from + WEEK_MIN) % WEEK_MIN;
      if (after < a.ends - a.begins || WEEK_MIN - after < b.ends - b.begins) found.add(one).add(other);
    });
  });
  return found;
}

/** How long all of them take in a week, minutes. */
export function weekOf(stints: readonly Stint[]): number {
  return stints.reduce((sum, { begins, ends }) => sum + ends - begins, 0);
}

/** The weekday of a moment in Nepal, 0 is Monday. */
export function weekdayAt(at: number): number {
  return (Math.floor((at + NEPAL_OFFSET_MS) / (DAY_MIN * MINUTE_MS)) + FIRST_WEEKDAY) % 7;
}

/** The first moment of the day in Nepal that a moment lies in, milliseconds since 1970. */
export function midnightBefore(at: number): number {
  const day = DAY_MIN * MINUTE_MS;
  return Math.floor((at + NEPAL_OFFSET_MS) / day) * day - NEPAL_OFFSET_MS;
}

/** "2026-11-29", the day in Nepal that a moment lies in. */
export function dayAt(at: number): string {
  return new Date(at + NEPAL_OFFSET_MS).toISOString().slice(0, 10);
}

/** The first moment of a day in Nepal, "2026-11-29"; null where it is none. */
export function midnightOf(day: string): number | null {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  return Number.isNaN(at) ? null : at - NEPAL_OFFSET_MS;
}
