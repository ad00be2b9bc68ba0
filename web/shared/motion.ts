// How a marker moves: it slides from where it is seen to where the newest fix says, and never along old targets.

export interface Fix {
  lat: number;
  lon: number;
  /** Milliseconds since 1970, the device's clock. */
  recorded_at: number;
  accuracy_m: number | null;
}

export interface Shown {
  lat: number;
  lon: number;
}

export type Freshness = "fresh" | "stale" | "gone";

/** As the server counts presence by default: then a position is doubtful, and then it is none. */
export const STALE_AFTER_S = 45;
export const GONE_AFTER_S = 120;

export const JUMP_GAP_MS = 60_000;
export const JUMP_M = 500;
export const SLIDE_MOST_MS = 5_000;
// A little less than the gap: the marker stands when the next fix comes, and does not lag behind.
export const SLIDE_SHARE = 0.9;
const METRES_A_DEGREE = 111_195;
// Between two fixes only what is surely driving on is drawn as driving on, and not for long: a guess is a guess.
const GOES_ON = { least_mps: 3, most_age_s: 5, most_accuracy_m: 30, most_m: 30 } as const;
/** From this age on a position may be elsewhere by so much that it has to be shown. */
export const DOUBTED_AFTER_S = 15;
const DOUBT_MOST_M = 300;
// What a phone does not say about its position is no reason to believe it more.
const UNSAID_ACCURACY_M = 30;

/** Metres between two points of a city. */
export function metres(a: Shown, b: Shown): number {
  const north = (b.lat - a.lat) * METRES_A_DEGREE;
  const east = (b.lon - a.lon) * METRES_A_DEGREE * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(north, east);
}

/** Whether an age is to be believed. */
export function freshness(age_s: number): Freshness {
  if (age_s >= GONE_AFTER_S) return "gone";
  return age_s >= STALE_AFTER_S ? "stale" : "fresh";
}

/** What a fix says beside its place. */
export interface Drive {
  speed_mps: number | null;
  heading_deg: number | null;
  accuracy_m: number | null;
}

/** For how many seconds a marker goes on once it has come to its newest fix, which is `age_s` old by then; 0: it stands. */
export function goesOnFor({ speed_mps, heading_deg, accuracy_m }: Drive, age_s: number): number {
  if (speed_mps === null || heading_deg === null || accuracy_m === null) return 0;
  if (speed_mps < GOES_ON.least_mps || accuracy_m > GOES_ON.most_accuracy_m) return 0;
  return Math.max(0, Math.min(GOES_ON.most_m / speed_mps, GOES_ON.most_age_s - age_s));
}

/** How far from its newest fix, `age_s` old, somebody may be by now: metres, at most 300; 0 while that is not worth showing. */
export function doubtOf({ speed_mps, accuracy_m }: Pick<Drive, "speed_mps" | "accuracy_m">, age_s: number): number {
  if (age_s < DOUBTED_AFTER_S) return 0;
  return Math.min(DOUBT_MOST_M, (accuracy_m ?? UNSAID_ACCURACY_M) + (speed_mps ?? 0) * age_s);
}

/** One marker. All times are the page's own steady clock, in milliseconds. */
export class Marker {
  #from: Shown | null = null;
  #to: Fix | null = null;
  #began = 0;
  #takes = 0;

  /** A new fix; `jump` where nobody would see the slide, or asked for none. */
  move(fix: Fix, now: number, jump = false): void {
    const last = this.#to;
    if (last !== null && fix.recorded_at < last.recorded_at) return; // never back in time
    const seen = this.at(now);
    if (last === null || seen === null || jump || fix.recorded_at - last.recorded_at > JUMP_GAP_MS || metres(seen, fix) > JUMP_M) {
      this.#from = fix;
      this.#takes = 0;
    } else {
      this.#from = seen;
      this.#takes = Math.min(fix.recorded_at - last.recorded_at, SLIDE_MOST_MS) * SLIDE_SHARE;
    }
    this.#to = fix;
    this.#began = now;
  }

  /** Forget everything: the journey is another one. */
  clear(): void {
    this.#from = this.#to = null;
  }

  /** The newest fix. */
  get fix(): Fix | null {
    return this.#to;
  }

  /** Where it is seen. */
  at(now: number): Shown | null {
    if (this.#from === null || this.#to === null) return null;
    const share = this.#takes <= 0 ? 1 : Math.min(1, Math.max(0, (now - this.#began) / this.#takes));
    return {
      lat: this.#from.lat + (this.#to.lat - this.#from.lat) * share,
      lon: this.#from.lon + (this.#to.lon - this.#from.lon) * share,
    };
  }

  /** Whether it still slides. */
  moving(now: number): boolean {
    return this.#to !== null && now - this.#began < this.#takes;
  }
}
