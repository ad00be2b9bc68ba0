// What a person wants one after the other: each is done in its turn, and the same pressed twice once.
import { nameOf } from "./sameness.ts";

/** Does one thing at a time. Nothing that was wanted is dropped. */
export class Turns<Wanted> {
  #last: Promise<boolean> = Promise.resolve(true);
  #newest: string | null = null;
  #waiting = 0;

  /** Whether something is under way or waits. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Done after all that was wanted before it; what is the same as the newest that is not done yet is that one. `run` raises nothing. */
  take(wanted: Wanted, run: (wanted: Wanted) => Promise<boolean>): Promise<boolean> {
    const named = nameOf(wanted);
    if (this.busy && named === this.#newest) return this.#last;
    this.#newest = named;
    this.#waiting += 1;
    const before = this.#waiting > 1 ? this.#last : null;
    const turn = async (): Promise<boolean> => {
      if (before !== null) await before;
      try {
        return await run(wanted);
      } finally {
        this.#waiting -= 1;
      }
    };
    return (this.#last = turn());
  }
}
