// Where whoever is looked at has been lately: asked for once, and longer with every frame.
import { TRACK_MS } from "./calls.ts";
import type { Courier, Point } from "./frames.ts";

/** Somebody was there. */
export interface Seen extends Point {
  at: number;
}

export type Track = () => Promise<readonly Seen[]>;

/** A phone that speaks every second for all that time is no reason to draw more. */
const MOST = 1_000;
/** Heard of again after so long, it has been where no frame told: the server knows once the phone has sent it. */
const GAP_MS = 60_000;

export class Trail {
  #courier: number | null = null;
  #track: Track = () => Promise.resolve([]);
  #seen: readonly Seen[] = [];
  #turn = 0;

  /** `draw`: all of it, oldest first, whenever it is another. */
  constructor(private readonly draw: (seen: readonly Seen[]) => void) {}

  /** Whose it is from now on, null: nobody's; `known`: where that one is. The same one again is asked for anew, and what is drawn stays meanwhile. */
  follow(courier: number | null, known: Courier | null, track: Track): void {
    if (courier !== this.#courier) this.#show([]);
    this.#courier = courier;
    this.#track = track;
    void this.#ask();
    if (known !== null) this.goOn(known);
  }

  /** Somebody was heard of: at another place, or only otherwise than before. */
  goOn({ id, lat, lon, recorded_at: at }: Courier): void {
    if (id !== this.#courier) return;
    const last = this.#seen.at(-1)?.at ?? 0;
    if (at <= last) return;
    this.#show([...this.#seen, { lat, lon, at }]);
    if (last > 0 && at - last > GAP_MS) void this.#ask();
  }

  /** Nothing is drawn any more, whatever is answered. */
  leave(): void {
    this.#courier = null;
    this.#turn += 1;
  }

  /** What is answered may lie a little behind the frames, and of a long way is the newest part: what is known beyond its ends stays. */
  async #ask(): Promise<void> {
    const mine = ++this.#turn;
    if (this.#courier === null) return;
    const told = await this.#track().catch(() => []);
    const [first, last] = [told[0]?.at, told.at(-1)?.at];
    if (mine !== this.#turn || first === undefined || last === undefined) return; // frames go on alone
    this.#show([...this.#seen.filter((one) => one.at < first), ...told, ...this.#seen.filter((one) => one.at > last)]);
  }

  #show(seen: readonly Seen[]): void {
    const since = (seen.at(-1)?.at ?? 0) - TRACK_MS;
    this.#seen = seen.filter((one) => one.at >= since).slice(-MOST);
    this.draw(this.#seen);
  }
}
