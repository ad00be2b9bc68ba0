// Keeps the screen on while it is wanted; the system takes that away whenever the page is hidden.

type Held = Pick<WakeLockSentinel, "release" | "released">;

/** The part of a browser that is used. `request` is null where it keeps no screen on. */
export interface Display {
  isShown(): boolean;
  onShown(shown: () => void): void;
  request: (() => Promise<Held>) | null;
}

export function browserScreen(): Display {
  return {
    isShown: () => document.visibilityState === "visible",
    onShown: (shown) => document.addEventListener("visibilitychange", shown),
    request: "wakeLock" in navigator ? () => navigator.wakeLock.request("screen") : null,
  };
}

export class ScreenLock {
  #wanted = false;
  #lock: Held | null = null;
  #asking = false; // of two answers one would be held by nobody, and keep the screen on for good

  constructor(private readonly screen: Display) {
    screen.onShown(() => void this.#ask());
  }

  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted) void this.#ask();
    else this.#release();
  }

  async #ask(): Promise<void> {
    if (this.#asking || !this.#wanted || this.screen.request === null || !this.screen.isShown()) return;
    if (this.#lock !== null && !this.#lock.released) return;
    this.#asking = true;
    try {
      this.#lock = await this.screen.request();
    } catch {
      // A phone that saves power says no; the page works without.
    } finally {
      this.#asking = false;
    }
    if (!this.#wanted) this.#release(); // it came when it was no longer wanted
  }

  #release(): void {
    void this.#lock?.release();
    this.#lock = null;
  }
}
