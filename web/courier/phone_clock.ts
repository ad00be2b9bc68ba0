// The true time on a phone whose clock may be wrong.

// Below this the way of the message explains the difference.
const MEANINGLESS_MS = 2_000;

/** By how much the phone's clock is ahead of the server's, as the server said last. */
export class PhoneClock {
  constructor(
    public skew_ms = 0,
    private readonly phoneNow: () => number = Date.now,
  ) {}

  /** Milliseconds since 1970, by the server's clock as far as it is known. */
  now(): number {
    return this.true(this.phoneNow());
  }

  /** A time of the phone's clock, put right. */
  true(phone_ms: number): number {
    return Math.abs(this.skew_ms) < MEANINGLESS_MS ? phone_ms : phone_ms - this.skew_ms;
  }

  /** The same as the server reads it. */
  iso(phone_ms: number = this.phoneNow()): string {
    return new Date(this.true(phone_ms)).toISOString();
  }
}
