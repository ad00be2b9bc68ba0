// When something new needs somebody: heard once for a burst of it, and told in the browser's tab while nobody looks.
import { Chime, type Tones } from "../shared/chime.ts";

/** A burst is over once nothing new came for so long. */
export const BURST_MS = 60_000;
/** What was there within this time and is there again is nothing new: an estimate goes to and fro. */
export const KNOWN_MS = 5 * 60_000;
/** A large fleet comes in several frames: what they bring was there before anybody looked. */
export const SETTLES_MS = 5_000;

export class Alarm {
  readonly #seen = new Map<string, number>();
  #since: number | null = null;
  #newAt = -Infinity;
  /** How much came while nobody looked. */
  unseen = 0;

  /** What needs somebody now, each by its name; whether that is to be heard. `now`: a steady clock; `looks`: somebody has the page before them. */
  note(keys: readonly string[], now: number, looks: boolean): boolean {
    this.#since ??= now;
    for (const [key, at] of this.#seen) if (now - at > KNOWN_MS) this.#seen.delete(key);
    const fresh = keys.filter((key) => !this.#seen.has(key)).length;
    for (const key of keys) this.#seen.set(key, now);
    const settling = now - this.#since < SETTLES_MS;
    this.unseen = looks ? 0 : this.unseen + (settling ? 0 : fresh);
    if (fresh === 0 || settling) return false;
    const begins = now - this.#newAt > BURST_MS;
    this.#newAt = now;
    return begins;
  }
}

const NAME = "dispatch.console.sound";
/** Downwards, and quieter than an offer on a phone in a street. */
const FALLS: Tones = [
  { hertz: 659, after_s: 0 },
  { hertz: 494, after_s: 0.22 },
];
const SOUNDS_MS = 1_000;

/** `waits`: it is on, and the browser plays nothing before somebody has touched the page. */
export type SoundState = "on" | "off" | "waits";

/** Whether it is heard, which this browser remembers. */
export class Sound {
  #on = true;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly storage: () => Pick<Storage, "getItem" | "setItem">,
    private readonly chime: Pick<Chime, "strike" | "rest"> = new Chime(FALLS),
    private readonly touched: () => boolean = wasTouched,
  ) {
    try {
      this.#on = storage().getItem(NAME) !== "off";
    } catch {
      // It is as it is for whoever never chose.
    }
  }

  get state(): SoundState {
    if (!this.#on) return "off";
    return this.touched() ? "on" : "waits";
  }

  /** On or off; whoever turns it on hears what it will be. */
  turn(): void {
    this.#on = !this.#on;
    try {
      this.storage().setItem(NAME, this.#on ? "on" : "off");
    } catch {
      // It holds as long as the page is open.
    }
    this.strike();
  }

  strike(): void {
    if (!this.#on) return this.chime.rest();
    this.chime.strike();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.chime.rest(), SOUNDS_MS);
  }
}

/** A sound that is on and can be heard as soon as a browser allows it. */
export function soundOf(storage: () => Pick<Storage, "getItem" | "setItem">): Sound {
  const chime = new Chime(FALLS);
  chime.unlockByTouch();
  return new Sound(storage, chime);
}

function wasTouched(): boolean {
  const { userActivation } = navigator as { userActivation?: UserActivation };
  return userActivation?.hasBeenActive ?? true;
}
