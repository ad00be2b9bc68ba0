// Two quiet tones that the browser makes itself, so that nothing is loaded for them.

export type Tones = readonly { readonly hertz: number; readonly after_s: number }[];

/** Upwards: somebody is asked for something. */
const ASKS: Tones = [
  { hertz: 784, after_s: 0 },
  { hertz: 1_047, after_s: 0.18 },
];
const LASTS_S = 0.4;
const RISES_S = 0.02; // a tone that begins at once cracks
const LOUD = 0.5;
const UNHEARD = 0.001; // an exponential fall never reaches nothing

/** What browsers count as a touch of the page. */
const TOUCHES = ["click", "keydown", "touchend"] as const;

export class Chime {
  #context: AudioContext | null = null;
  #out: GainNode | null = null;
  #allowed = false;
  /** Of the strikes that wait for the browser to allow sound only the last is heard. */
  #newest = 0;
  #ringing = false;

  constructor(private readonly tones: Tones = ASKS) {}

  /** Browsers let a page sound only once somebody has touched it, and some only from within the touch. */
  unlockByTouch(): void {
    for (const touch of TOUCHES) addEventListener(touch, () => this.#unlock());
  }

  strike(): void {
    this.#ringing = true;
    const strike = ++this.#newest;
    this.#resume(() => {
      if (strike === this.#newest) this.#sound();
    });
  }

  /** What sounds ends at once, and the phone's loudspeaker sleeps until it is needed. */
  rest(): void {
    this.#ringing = false;
    this.#newest += 1;
    this.#out?.disconnect();
    this.#out = null;
    void this.#context?.suspend().catch(() => undefined);
  }

  #unlock(): void {
    if (this.#allowed && !this.#ringing) return;
    try {
      this.#context ??= new AudioContext();
    } catch {
      return; // a browser without sound; the phone still shows and vibrates
    }
    this.#resume(() => {
      this.#allowed = true;
      if (!this.#ringing) this.rest();
    });
  }

  #resume(then: () => void): void {
    void this.#context?.resume().then(then).catch(() => undefined);
  }

  #sound(): void {
    const context = this.#context;
    if (context === null) return;
    this.#out ??= new GainNode(context);
    this.#out.connect(context.destination);
    for (const { hertz, after_s } of this.tones) {
      const from = context.currentTime + after_s;
      const tone = new OscillatorNode(context, { frequency: hertz });
      const loud = new GainNode(context, { gain: 0 });
      loud.gain.setValueAtTime(UNHEARD, from);
      loud.gain.linearRampToValueAtTime(LOUD, from + RISES_S);
      loud.gain.exponentialRampToValueAtTime(UNHEARD, from + LASTS_S);
      tone.connect(loud).connect(this.#out);
      tone.start(from);
      tone.stop(from + LASTS_S);
    }
  }
}
