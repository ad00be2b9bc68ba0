// What a person chose shows at once, whatever the server says meanwhile of what they chose before.
import { useRef, useState } from "preact/hooks";

/** What is chosen and what of it the server has: what was refused goes back by itself, and nothing else does. */
export class Chosen<All extends object> {
  #waiting: readonly Partial<All>[] = [];

  constructor(private stored: All) {}

  /** As the server has it, with what is still on its way to it. */
  get now(): All {
    return Object.assign({}, this.stored, ...this.#waiting) as All;
  }

  /** So the server has it. */
  store(all: All): void {
    this.stored = all;
  }

  choose(some: Partial<All>): void {
    this.#waiting = [...this.#waiting, some];
  }

  /** It was taken or refused. */
  answered(some: Partial<All>): void {
    this.#waiting = this.#waiting.filter((one) => one !== some);
  }
}

/** The same on a page; `choose` shows it until `sent` is answered. */
export function useChosen<All extends object>(kept: All) {
  const [, redraw] = useState(0);
  const { current: chosen } = useRef(new Chosen(kept));
  const again = (): void => redraw((turn) => turn + 1);
  return {
    now: () => chosen.now,
    store: (all: All): void => chosen.store(all),
    choose(some: Partial<All>, sent: Promise<unknown>): void {
      chosen.choose(some);
      again();
      void sent.finally(() => (chosen.answered(some), again()));
    },
  };
}
