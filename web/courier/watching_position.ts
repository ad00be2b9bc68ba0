// The phone's own position, as long as somebody is on duty and the page is in front.
import type { Measured } from "./fixes.ts";

export type Trouble = "denied" | "unavailable" | "unsupported";

// An old position is worth nothing for a courier.
const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 1_000, timeout: 27_000 };
const DENIED = 1; // GeolocationPositionError.PERMISSION_DENIED

export class PositionWatch {
  #watch: number | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly onPosition: (position: Measured) => void,
    private readonly onTrouble: (trouble: Trouble | null) => void,
  ) {}

  /** `heartbeat_s`: how often a phone that lies still is asked, for browsers tell only of changes. */
  start(heartbeat_s: number): void {
    if (this.#watch !== null) return;
    if (!("geolocation" in navigator)) {
      this.onTrouble("unsupported");
      return;
    }
    const found = (position: GeolocationPosition): void => {
      this.onTrouble(null);
      this.onPosition(position);
    };
    const failed = (error: GeolocationPositionError): void => this.onTrouble(error.code === DENIED ? "denied" : "unavailable");
    this.#watch = navigator.geolocation.watchPosition(found, failed, OPTIONS);
    this.#beat = setInterval(() => navigator.geolocation.getCurrentPosition(found, () => undefined, OPTIONS), heartbeat_s * 1000);
  }

  stop(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    clearInterval(this.#beat);
    this.#watch = null;
  }
}
