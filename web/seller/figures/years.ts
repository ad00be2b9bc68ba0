// Nepal's fiscal years, from Shrawan to Ashadh of the Bikram calendar, as a seller looks at them.
import type { components } from "../../shared/api.ts";
import type { Address } from "../../shared/address.ts";

export type FiscalYear = components["schemas"]["FiscalYearReport"];
export type Month = FiscalYear["months"][number];

/** The first year that the server knows whole. */
export const FIRST_YEAR = 2075;
const SHRAWAN = 4;
const MONTHS = 12;

/** By which Bikram year the API knows it: "2083/84" is 2083. */
export function yearOf(name: string): number {
  return Number(name.split("/")[0]);
}

/** As it is written: 2083 is "2083/84". */
export function yearName(year: number): string {
  return `${year}/${String((year + 1) % 100).padStart(2, "0")}`;
}

/** Those to choose from, the present one first. */
export function yearsUntil(present: number): number[] {
  return Array.from({ length: Math.max(0, present - FIRST_YEAR + 1) }, (_, before) => present - before);
}

/** Which month of the Bikram calendar (1 is Baisakh) a year's `at`th month is, and of which year; the first is Shrawan. */
export function monthAt(year: number, at: number): { month: number; year: number } {
  const count = SHRAWAN - 1 + at;
  return { month: (count % MONTHS) + 1, year: year + Math.floor(count / MONTHS) };
}

/** What the page asks for when it shows these days. */
export function daysOf({ first_day, last_day }: Pick<Month, "first_day" | "last_day">): { from: string; to: string } {
  return { from: first_day, to: last_day };
}

/** Whether the page shows just these days. */
export function isShown(days: Pick<Month, "first_day" | "last_day">, address: Pick<Address, "query">): boolean {
  return address.query.get("from") === days.first_day && address.query.get("to") === days.last_day;
}
