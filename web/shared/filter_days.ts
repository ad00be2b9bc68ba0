// A bound of a list in time: a day of Nepal, or a moment.
import { dayAt } from "./shifts.ts";

/** Whether it is a whole day; also where nothing is asked for, or nothing that can be read. */
export function isDay(text: string): boolean {
  return !text.includes("T") || Number.isNaN(Date.parse(text));
}

/** As the field of a day shows it: of a moment the day in Nepal that it lies in. */
export function dayOf(text: string): string {
  return isDay(text) ? text : dayAt(Date.parse(text));
}
