// The sound of offers, and whether this phone wants it.
import type { Chime } from "../shared/chime.ts";
import { readSetting, writeSetting } from "./phone_settings.ts";
import { Ringing } from "./ringing.ts";
import type { Work } from "./work.ts";

const SETTING = "sound";
const OFF = "off";

export class OfferSound {
  readonly #ringing: Ringing;
  #shown = true;
  #on = readSetting(SETTING) !== OFF;

  constructor(
    private readonly work: Pick<Work, "state" | "subscribe" | "serverNow">,
    chime: Pick<Chime, "strike" | "rest">,
  ) {
    this.#ringing = new Ringing({
      now: () => work.serverNow(),
      later: (run, after_ms) => setTimeout(run, after_ms),
      cancel: (handle) => clearTimeout(handle as number | undefined),
      strike: () => chime.strike(),
      rest: () => chime.rest(),
    });
  }

  /** Rings for what is asked. Returns what ends it. */
  start(): () => void {
    const unsubscribe = this.work.subscribe(() => this.#tell());
    return () => {
      unsubscribe();
      this.#ringing.stop();
    };
  }

  get on(): boolean {
    return this.#on;
  }

  turn(on: boolean): void {
    this.#on = on;
    writeSetting(SETTING, on ? "on" : OFF);
    this.#tell();
  }

  /** Whether the page shows what is asked, from now on. */
  show(shown: boolean): void {
    this.#shown = shown;
    this.#tell();
  }

  /** Somebody presses something at this offer. */
  noticed(offer_id: number): void {
    this.#ringing.noticed(offer_id);
  }

  #tell(): void {
    const { offers, profile } = this.work.state;
    this.#ringing.hear({ offers, on_duty: profile?.is_available === true, sounds: this.#on, shown: this.#shown });
  }
}
