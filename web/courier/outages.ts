// When this page had no connection: of what was asked then nobody says that it was left without an answer.

export interface Outage {
  /** Milliseconds since 1970 by the server's clock. */
  from: number;
  to: number;
  /** Whether it went on then, as far as was known. */
  open?: true;
}

/** How it stands with the connection, as the page shows it. */
export interface Connection {
  reachable: boolean;
  /** Whether a socket is open. */
  connected: boolean;
  /** When the server answered last, by whatever clock: another value is another answer. */
  heard_at: number | null;
}

/** The server ends what nobody answers a moment after its time is over. */
export const LATE_MS = 2_000;
const MOST = 100;
/** A page that is loaded anew within it goes on with the outage that it was loaded in: the page before asked twice as often. */
const GOES_ON_MS = 60_000;
/** An outage that goes on is kept anew so often. */
const KEPT_EVERY_MS = 10_000;

export class Outages {
  #before: Connection = { reachable: true, connected: false, heard_at: null };
  /** Until when something is known to have come through. */
  #contact: number | null = null;
  #since: number | null = null;
  #past: readonly Outage[];

  /** `past`: those that are known from before, the oldest first. */
  constructor(past: readonly Outage[] = []) {
    this.#past = past;
  }

  /** How it stands at `now`, by the server's clock. Returns whether there is something else to keep: an outage that began, goes on or has ended. */
  hear(now: number, is: Connection): boolean {
    const before = this.#before;
    this.#before = { reachable: is.reachable, connected: is.connected, heard_at: is.heard_at };
    if (is.connected || before.connected || is.heard_at !== before.heard_at) this.#contact = now;
    if (!is.reachable) {
      const last = this.#past.at(-1);
      if (this.#since === null) this.#since = this.#contact ?? (last?.open && now - last.to <= GOES_ON_MS ? last.from : now);
      else if (last?.open && now - last.to < KEPT_EVERY_MS) return false;
      this.#note({ from: this.#since, to: now, open: true });
      return true;
    }
    if (this.#since === null) return false;
    this.#note({ from: this.#since, to: now });
    this.#since = null;
    return true;
  }

  /** In place of what was noted of the same outage. */
  #note(outage: Outage): void {
    const others = this.#past.filter((one) => !(one.open && one.from === outage.from));
    this.#past = [...others, outage].slice(-MOST);
  }

  get past(): readonly Outage[] {
    return this.#past;
  }

  /** Whether nothing came through from the one time to the other. */
  covers(from: number, to: number): boolean {
    return this.#past.some((one) => one.from <= from && to - LATE_MS <= one.to);
  }
}
