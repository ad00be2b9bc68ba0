// When this page had no connection: of what was asked then nobody says that it was left without an answer.

export interface Outage {
  /** Milliseconds since 1970 by the server's clock. */
  from: number;
  to: number;
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

  /** How it stands at `now`, by the server's clock. Returns whether an outage has ended with it. */
  hear(now: number, is: Connection): boolean {
    const before = this.#before;
    this.#before = { reachable: is.reachable, connected: is.connected, heard_at: is.heard_at };
    if (is.connected || before.connected || is.heard_at !== before.heard_at) this.#contact = now;
    if (!is.reachable) {
      this.#since ??= this.#contact ?? now;
      return false;
    }
    if (this.#since === null) return false;
    this.#past = [...this.#past, { from: this.#since, to: now }].slice(-MOST);
    this.#since = null;
    return true;
  }

  get past(): readonly Outage[] {
    return this.#past;
  }

  /** Whether nothing came through from the one time to the other. */
  covers(from: number, to: number): boolean {
    return this.#past.some((one) => one.from <= from && to - LATE_MS <= one.to);
  }
}
