// The history of a stock: its newest changes, and older ones that somebody asked for.

export interface Page<Row> {
  results: readonly Row[];
  /** Null where nothing older follows. */
  next: string | null;
}

export const NONE: Page<never> = { results: [], next: null };

/** All of it, newest first, each once. */
export function together<Row extends { id: number }>(newest: Page<Row>, older: Page<Row>): Page<Row> {
  const last = newest.results.at(-1)?.id ?? 0;
  const more = older.results.filter((row) => row.id < last);
  return more.length === 0 ? newest : { results: [...newest.results, ...more], next: older.next };
}
