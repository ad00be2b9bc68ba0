declare module "bikram-sambat" {
  /** A Gregorian day, "2026-11-28", in the Bikram Sambat calendar. Throws beyond its tables. */
  export function toBik(gregorian: string): { year: number; month: number; day: number };
  /** How many days a month has, 1 to 12, of a year from 1970. Throws beyond its tables. */
  export function daysInMonth(year: number, month: number): number;
  /** The same in words, in Devanagari. */
  export function toBik_text(gregorian: string): string;
}
