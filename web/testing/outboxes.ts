// An outbox with a server that tests let fail, and windows that hear of each other.
import type { Action } from "../courier/actions.ts";
import type { KeptInMemory } from "../courier/kept.ts";
import { type NewAction, Outbox } from "../courier/outbox.ts";

export const done = (kind: Action["kind"], delivery_id = 1): NewAction => ({ kind, delivery_id, title: "Thamel", happened_at: "2026-11-28T10:00:00.000Z", body: { proof: kind } });
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export const undone = async (outbox: Outbox, numbers: readonly number[]): Promise<number[]> => (await outbox.undoAll(numbers)).map((one) => one.number);

export class Server {
  readonly told: Action[] = [];
  failing: unknown = null;
  readonly later: (() => void)[] = [];
  readonly confirmed: number[] = [];
  readonly refused: number[] = [];
  now = 0;
  /** Those that hear of each other. */
  readonly windows: Outbox[] = [];
  readonly #locks = new Map<number, Promise<void>>();

  outbox(kept: KeptInMemory): Outbox {
    const made: Outbox = new Outbox(
      kept,
      {
        now: () => this.now,
        later: (run) => this.later.push(run),
        cancel: () => undefined,
        newKey: () => `key-${this.told.length}-${Math.random()}`,
        send: async (action) => {
          this.told.push(action);
          if (this.failing !== null) throw this.failing;
        },
        drop: () => undefined,
        alone: (number, waits, run) => this.#alone(number, waits, run),
        tell: () => this.windows.filter((one) => one !== made).forEach((one) => void one.renew()),
      },
      () => undefined,
      (action) => (action.state === "refused" ? this.refused : this.confirmed).push(action.number),
    );
    return made;
  }

  /** As a browser's locks: one after another. */
  async #alone<Result>(number: number, waits: boolean, run: () => Promise<Result>): Promise<Result | null> {
    const before = this.#locks.get(number);
    if (before !== undefined && !waits) return null;
    const turn = (before ?? Promise.resolve()).then(run);
    const free = turn.then(() => undefined, () => undefined);
    this.#locks.set(number, free);
    void free.then(() => this.#locks.get(number) === free && this.#locks.delete(number));
    return await turn;
  }
}
