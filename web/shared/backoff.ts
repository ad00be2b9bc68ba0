// How long to wait before trying again: 1, 2, 4 … 60 s, each by chance between half and whole, so that not all come at once.

const FIRST_MS = 1_000;
const MOST_MS = 60_000;

/** Milliseconds before try number `failures + 1`. */
export function waitBefore(failures: number, chance: () => number = Math.random): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1)) * (0.5 + chance() / 2);
}
