// What the server answered to this page, until the frames have caught up: they are gathered, so they come later than answers, and one
// of how it was before an act may come after the answer to it.
import type { Delivery, DeliveryFrame } from "./frames.ts";

/** So long a frame of how it was before is taken for an old one. Frames are gathered for half a second, and on a busy server for longer. */
export const HELD_MS = 5_000;

type Standing = Pick<Delivery, "status" | "transporter_id">;

interface Answered {
  /** How the parcel stood before each act of the last seconds. */
  before: Standing[];
  until: number;
  /** The newest frame that was held back: it is told after all where nothing newer comes. */
  held: DeliveryFrame | null;
}

export class Answers {
  readonly #answered = new Map<number, Answered>();

  /** An act on a parcel was answered; `before`: how it was shown until then. */
  note(before: Pick<Delivery, "id" | "status" | "transporter_id">, now: number): void {
    const known = this.#answered.get(before.id);
    this.#answered.set(before.id, { before: [...(known?.before ?? []), before], until: now + HELD_MS, held: null });
  }

  /** Whether a frame tells how it was before the last answer; `shown`: how the parcel stands on the page. */
  holdBack(told: DeliveryFrame, shown: Standing | undefined, now: number): boolean {
    const answered = this.#answered.get(told.id);
    if (answered === undefined) return false;
    const old = now < answered.until && answered.before.some((one) => same(one, told));
    if (old && shown !== undefined && same(shown, told)) answered.held = null; // as it was before, and is again: later ones may still be old
    else if (old) answered.held = told;
    else this.#answered.delete(told.id);
    return old && answered.held === told;
  }

  /** Frames that were held back and turned out to be true: nothing else was heard for so long. */
  late(now: number): DeliveryFrame[] {
    const over = [...this.#answered].filter(([, one]) => now >= one.until);
    for (const [id] of over) this.#answered.delete(id);
    return over.flatMap(([, { held }]) => held ?? []);
  }
}

function same(one: Standing, other: Standing): boolean {
  return one.status === other.status && one.transporter_id === other.transporter_id;
}
