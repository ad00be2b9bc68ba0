// When somebody may be there to take a parcel: mornings, afternoons and evenings of today and the next two days.
import { NEPAL_OFFSET_MS } from "./times.ts";

export interface Choice {
  /** Milliseconds since 1970. */
  starts_at: number;
  ends_at: number;
}

const PARTS: readonly (readonly [number, number])[] = [[8, 12], [12, 16], [16, 20]];
const DAYS = 3;
const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

/** What begins in an hour or later, by Nepal's clock; never more than six. */
export function choicesOf(now: number): Choice[] {
  const midnight = Math.floor((now + NEPAL_OFFSET_MS) / DAY_MS) * DAY_MS - NEPAL_OFFSET_MS;
  const at = (ahead: number, hour: number): number => midnight + ahead * DAY_MS + hour * HOUR_MS;
  return Array.from({ length: DAYS }, (_, ahead) => PARTS.map(([from, to]) => ({ starts_at: at(ahead, from), ends_at: at(ahead, to) })))
    .flat()
    .filter((one) => one.starts_at >= now + HOUR_MS)
    .slice(0, 6);
}
