// The window that a customer is told. It stands until the estimate has really moved, and what was said stays visible.

export interface Window {
  /** Milliseconds since 1970. */
  earliest: number;
  latest: number;
  /** Where the courier goes for others before, as it was when this was told; what a page kept long ago does not have it. */
  stops_before?: number;
}

export interface Change {
  before: Window;
  after: Window;
  at: number;
}

const SMALL_MS = 2 * 60_000;
const SMALL_SHARE = 0.1;
const TOLD_FROM_MS = 5 * 60_000;
const MOST_CHANGES = 20;
const FINE_WITHIN_MS = 20 * 60_000;
const ROUGH_MS = 5 * 60_000;
const FINE_MS = 60_000;

/** Outwards to 5 minutes while it is far off, to 1 minute when it is near: nobody is promised more than is known. */
export function rounded(window: Window, now: number): Window {
  const step = window.latest - now > FINE_WITHIN_MS ? ROUGH_MS : FINE_MS;
  return {
    earliest: Math.floor(window.earliest / step) * step,
    latest: Math.ceil(window.latest / step) * step,
    ...(window.stops_before === undefined ? {} : { stops_before: window.stops_before }),
  };
}

/** What outlives a reload. */
export interface Kept {
  shown: Window | null;
  exact: Window | null;
  changes: Change[];
}

/** What one customer was told so far. */
export class ArrivalPromise {
  #shown: Window | null;
  #exact: Window | null;
  readonly changes: Change[];

  constructor(kept: Kept | null = null) {
    this.#shown = kept?.shown ?? null;
    this.#exact = kept?.exact ?? null;
    this.changes = kept?.changes ?? [];
  }

  get kept(): Kept {
    return { shown: this.#shown, exact: this.#exact, changes: this.changes };
  }

  /** What to show after a new estimate: the old window, unless the estimate has left it or moved by much. */
  update(estimate: Window | null, now: number): Window | null {
    if (estimate === null) return this.#shown;
    if (this.#shown === null || this.#exact === null) {
      return this.#show(estimate, now);
    }
    const moved = Math.max(
      Math.abs(estimate.earliest - this.#exact.earliest),
      Math.abs(estimate.latest - this.#exact.latest),
    );
    if (moved < Math.max(SMALL_MS, SMALL_SHARE * (this.#exact.latest - now))) return this.#shown;
    const before = this.#shown;
    const after = this.#show(estimate, now);
    if (after.latest - before.latest >= TOLD_FROM_MS) {
      this.changes.unshift({ before, after, at: now });
      this.changes.length = Math.min(this.changes.length, MOST_CHANGES);
    }
    return after;
  }

  #show(estimate: Window, now: number): Window {
    this.#exact = estimate;
    this.#shown = rounded(estimate, now);
    return this.#shown;
  }
}
