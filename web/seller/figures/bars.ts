// Days as bars: every day of a period has its place, also those on which nothing was sold.
export interface Bar {
  day: string;
  value: number;
  x: number;
  height: number;
}

const DAY_MS = 86_400_000;

/** How many days are drawn: those that were chosen, as far as they fit beside each other, else thirty. */
export function daysShown(from: string, to: string, usual = 30, most = 92): number {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return Number.isNaN(days) ? usual : Math.min(most, Math.max(1, days));
}

/** The last `count` days up to `today` ("2026-11-28"), heights as shares of the largest. */
export function bars(days: readonly { day: string; revenue: number }[], today: string, count: number): Bar[] {
  const known = new Map(days.map((one) => [one.day, one.revenue]));
  const last = Date.parse(today);
  const shown = Array.from({ length: count }, (_, at) => new Date(last - (count - 1 - at) * DAY_MS).toISOString().slice(0, 10));
  const most = Math.max(0, ...shown.map((day) => known.get(day) ?? 0));
  return shown.map((day, at) => {
    const value = known.get(day) ?? 0;
    return { day, value, x: at, height: most === 0 ? 0 : Math.max(0, value / most) };
  });
}
