// What is to be drawn before there is a map: in a tab that nobody looks at there may be none for hours, and of each thing only the newest is wanted then.
export class OnceThere {
  #there = false;
  readonly #waiting = new Map<string, () => void>();

  constructor(map: { on(event: "load", run: () => void): unknown }) {
    map.on("load", () => {
      this.#there = true;
      for (const draw of this.#waiting.values()) draw();
      this.#waiting.clear();
    });
  }

  get there(): boolean {
    return this.#there;
  }

  /** Draws `what` now, or once the map is there, unless it is drawn otherwise until then. */
  draw(what: string, run: () => void): void {
    if (this.#there) run();
    else this.#waiting.set(what, run);
  }
}
