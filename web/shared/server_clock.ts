// The server's clock as far as this browser can know it: a phone's own clock may be wrong by hours.

/** Learns from each frame; the smallest delay is the truest, so a slow frame never sets the clock back. */
export class ServerClock {
  #offset_ms: number | null = null;

  constructor(private readonly browserNow: () => number = Date.now) {}

  /** A fix that was `age_s` old when the server sent it. */
  learn(recorded_at: number, age_s: number): void {
    const offset = recorded_at + age_s * 1000 - this.browserNow();
    // The true offset is at least this one: what it took to come here makes it too small.
    if (this.#offset_ms === null || offset > this.#offset_ms || this.#offset_ms - offset > 5_000) {
      this.#offset_ms = offset;
    }
  }

  /** Milliseconds since 1970 by the server's clock; the browser's, until something was learned. */
  now(): number {
    return this.browserNow() + (this.#offset_ms ?? 0);
  }
}
