// Rates and waits out of counters that only grow: what happened between two answers of the server.
import { type Language, devanagari } from "../shared/numbers.ts";
import type { components } from "../shared/api.ts";

export type Summary = components["schemas"]["SummaryAnswer"];
export type Bucket = components["schemas"]["AckBucket"];

/** What a second brought between two counts; null where nothing can be said: the first answer, or a server that began anew. */
export function perSecond(before: number, after: number, seconds: number): number | null {
  return seconds <= 0 || after < before ? null : (after - before) / seconds;
}

/** Of growing buckets, those that came between two answers; all of them where the server began anew. */
export function between(before: readonly Bucket[], after: readonly Bucket[]): Bucket[] {
  const known = new Map(before.map((bucket) => [bucket.within_s, bucket.count]));
  const anew = after.some((bucket) => bucket.count < (known.get(bucket.within_s) ?? 0));
  return after.map(({ within_s, count }) => ({ within_s, count: anew ? count : count - (known.get(within_s) ?? 0) }));
}

/** Within how many seconds a share of them was done, as far as the buckets tell; null where there were none, or it was longer than all bounds. */
export function within(buckets: readonly Bucket[], share: number): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return null;
  return buckets.find((bucket) => bucket.count >= total * share)?.within_s ?? null;
}

/** "1.2 GB" of bytes, "१.२ GB". */
export function bytes(count: number, language: Language = "en"): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1000 ** step;
  const number = value >= 100 || step === 0 ? String(Math.round(value)) : value.toFixed(1);
  return `${language === "ne" ? devanagari(number) : number} ${units[step]}`;
}
