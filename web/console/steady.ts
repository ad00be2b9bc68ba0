// Rows stand still while somebody reads them: an order that changes under the eye makes people press the wrong row.

/** Whoever does nothing in a list for so long reads it no longer, wherever their pointer rests. */
export const READS_MS = 30_000;
/** A finger or a wheel leaves nothing behind: after it a list is read for so long. */
export const TOUCHED_MS = 5_000;

/** Whether somebody reads a list. `now`: a steady clock, in milliseconds. */
export class Reading {
  #at = -Infinity;
  readonly #inside = { pointer: false, focus: false };

  constructor(private readonly now: () => number) {}

  /** Something was done in it. */
  touch(by?: "pointer" | "focus"): void {
    if (by !== undefined) this.#inside[by] = true;
    this.#at = this.now();
  }

  leave(by: "pointer" | "focus"): void {
    this.#inside[by] = false;
  }

  /** Whoever asks for the new order has it. */
  done(): void {
    this.#at = -Infinity;
  }

  get on(): boolean {
    const inside = this.#inside.pointer || this.#inside.focus;
    return this.now() - this.#at < (inside ? READS_MS : TOUCHED_MS);
  }
}

/** Rows in the order in which they were shown last, for as long as that is asked for. */
export class Steady<Row> {
  #keys: readonly (string | number)[] = [];
  #of = "";
  /** Whether the rows would stand otherwise by now. */
  changed = false;

  constructor(private readonly keyOf: (row: Row) => string | number) {}

  /** `of`: what is listed; where that is something else nothing stands still. What is new comes last, what has gone leaves. */
  rows(wanted: readonly Row[], still: boolean, of = ""): Row[] {
    const stands = still && of === this.#of && this.#keys.length > 0;
    this.#of = of;
    const rows = stands ? this.#asBefore(wanted) : [...wanted];
    this.#keys = rows.map(this.keyOf);
    this.changed = rows.some((row, place) => row !== wanted[place]);
    return rows;
  }

  #asBefore(wanted: readonly Row[]): Row[] {
    const left = new Map(wanted.map((row) => [this.keyOf(row), row]));
    const known = this.#keys.flatMap((key) => {
      const row = left.get(key);
      left.delete(key);
      return row ?? [];
    });
    return [...known, ...left.values()];
  }
}
