// When a courier who is asked hears it: from a new offer on until it is answered, gone or over; off duty and with the sound off never.
// Where the page does not show what is asked, each offer sounds once: nothing there could stop it.
import { type Offer, answerable } from "./offers.ts";

/** So often it sounds again. */
export const AGAIN_MS = 2_000;

export interface RingingWorld {
  /** Milliseconds since 1970 by the server's clock, which deadlines go by. */
  now(): number;
  later(run: () => void, after_ms: number): unknown;
  cancel(handle: unknown): void;
  /** Sounds once. */
  strike(): void;
  /** Nothing is to be heard any more. */
  rest(): void;
}

export interface Heard {
  offers: readonly Pick<Offer, "id" | "deadline">[];
  on_duty: boolean;
  /** Whether this phone is to sound at all. */
  sounds: boolean;
  /** Whether the page shows what is asked. */
  shown: boolean;
}

const SILENT: Heard = { offers: [], on_duty: false, sounds: false, shown: true };

export class Ringing {
  /** Offers that somebody has pressed: an answer of before that still has one of them rings for nobody. */
  readonly #known = new Set<number>();
  /** Offers that it has sounded for. */
  readonly #struck = new Set<number>();
  #heard: Heard = SILENT;
  #next: unknown = null;

  constructor(private readonly world: RingingWorld) {}

  /** How it stands now. */
  hear(heard: Heard): void {
    this.#heard = heard;
    if (this.#next === null) this.#turn();
    else if (this.#calling().length === 0) this.#silence();
  }

  /** The courier has pressed something at this offer and need not be called any more. */
  noticed(offer_id: number): void {
    this.#known.add(offer_id);
    this.hear(this.#heard);
  }

  stop(): void {
    this.hear(SILENT);
  }

  /** What is open and nobody has pressed. */
  #calling(): number[] {
    const { offers, on_duty, sounds } = this.#heard;
    if (!on_duty || !sounds) return [];
    return answerable(offers, this.world.now()).map(({ id }) => id).filter((id) => !this.#known.has(id));
  }

  #turn(): void {
    const calling = this.#calling();
    if (calling.some((id) => this.#heard.shown || !this.#struck.has(id))) {
      for (const id of calling) this.#struck.add(id);
      this.world.strike();
      this.#next = this.world.later(() => this.#turn(), AGAIN_MS);
    } else if (this.#next !== null) this.#silence();
  }

  #silence(): void {
    this.world.cancel(this.#next);
    this.#next = null;
    this.world.rest();
  }
}
