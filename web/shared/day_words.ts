// A day that was chosen, in the page's words: browsers write it in an order of their own.
import type { Language } from "./numbers.ts";
import { NEPAL_OFFSET_MS, bothDates, clock } from "./times.ts";

/** What a field of a day, or of a moment by Nepal's clock, holds; "" where it holds none. */
export function dayWords(value: string, language: Language): string {
  const has_time = value.includes("T");
  const at = Date.parse(has_time ? `${value}Z` : `${value}T00:00Z`) - NEPAL_OFFSET_MS;
  if (value === "" || Number.isNaN(at)) return "";
  return has_time ? `${bothDates(at, language)}, ${clock(at, at, language)}` : bothDates(at, language);
}
