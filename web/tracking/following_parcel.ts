// Everything that the page knows of one parcel, kept up to date.
import { waitBefore } from "../shared/backoff.ts";
import { Client, Refused } from "../shared/client.ts";
import { tabStore } from "../shared/stores.ts";
import { Following, type Frame, type Liveness } from "../shared/following.ts";
import type { Fix } from "../shared/motion.ts";
import { ArrivalPromise, type Window } from "../shared/promises.ts";
import { ServerClock } from "../shared/server_clock.ts";
import { tracked } from "../shared/tracked.ts";
import { readKept, writeKept } from "./kept_promises.ts";
import { type Parcel, over, positionHidden, windowOf } from "./parcel.ts";

export interface Seen {
  parcel: Parcel;
  window: Window | null;
  /** Where the courier goes for others before, as it is now. */
  stops_before: number;
  changes: ArrivalPromise["changes"];
  fix: Fix | null;
  liveness: Liveness;
  /** When the connection was lost, by the page's clock. */
  lostAt: number | null;
}

/** By what a page follows its parcel: by its number, or by the link that opened the page. */
export function followedBy(path: string, parcel: Parcel): string {
  const link = /^\/t\/s\/([^/]+)$/.exec(path)?.[1];
  return link === undefined ? parcel.tracking_number : `s.${decodeURIComponent(link)}`;
}

const kept = (): Storage => localStorage;

// Several statuses come at once after an interruption; one answer tells all.
const RENEW_AFTER_MS = 250;
const RENEW_HIDDEN_MS = 60_000;

export class FollowedParcel {
  readonly client = new Client(tabStore("tokens"));
  readonly clock = new ServerClock();
  readonly #promise: ArrivalPromise;
  readonly #following: Following;
  #renewing: ReturnType<typeof setTimeout> | undefined;
  /** How often everything was asked for, and the newest of those that were answered. */
  #asked_for = 0;
  #answered = 0;
  /** How often frames told where it is and when it comes: no answer that was asked for before is newer. */
  #told = 0;
  #stopped = false;
  /** Whose business the parcel is anyway, where that is known here. */
  #theirs: Client | null = null;
  seen: Seen;

  readonly #path: string;
  #asked: string;
  #hidden: ReturnType<typeof setInterval> | undefined;

  /** `unlock`: what the server answered to the parcel's code; empty where none was given. */
  constructor(parcel: Parcel, private readonly named: string, private readonly tell: (seen: Seen) => void, private readonly unlock = "") {
    this.#promise = new ArrivalPromise(readKept(kept, named));
    this.seen = { parcel, window: null, stops_before: 0, changes: [], fix: null, liveness: over(parcel.status) ? "over" : "connecting", lostAt: null };
    this.#promised(windowOf(parcel.eta));
    if (parcel.position !== null) this.#position(parcel.position); // the page came with it, so the map need not wait for a stream
    this.#path = `/api/deliveries/${encodeURIComponent(named)}`;
    this.#asked = unlock === "" ? "" : `?${new URLSearchParams({ unlock })}`;
    this.#following = new Following(
      this.#events,
      {
        open: (url) => new EventSource(url),
        poll: () => this.renew(),
        later: (run, after_ms) => setTimeout(run, after_ms),
        cancel: (handle) => clearTimeout(handle as number),
      },
      (frame) => this.#heard(frame),
      (liveness) => this.#change({ liveness, lostAt: liveness === "offline" ? (this.seen.lostAt ?? this.clock.now()) : null }),
    );
  }

  start(): void {
    if (this.unlock !== "") this.#renewNow(); // the page came without what it shows
    if (over(this.seen.parcel.status)) return;
    this.#following.start();
    // No frame comes of a position that is not shown: the time of arrival is asked for.
    this.#hidden = setInterval(() => {
      if (positionHidden(this.seen.parcel) && !document.hidden) void this.renew().catch(() => undefined);
    }, RENEW_HIDDEN_MS);
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
  }

  /** Its buyer or its seller is signed in: they are asked for no code. */
  askAs(theirs: Client): void {
    this.#theirs = theirs;
    if (this.seen.parcel.code_shows.length > 0 || this.seen.parcel.status === "delivered") this.#renewNow(); // what they may object to is theirs alone
  }

  /** It tells nothing more, whatever is answered yet. */
  stop(): void {
    this.#stopped = true;
    this.#following.stop();
    clearTimeout(this.#renewing);
    clearInterval(this.#hidden);
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
  }

  /** Ask for everything anew. Rejects where there is no connection. */
  async renew(): Promise<void> {
    const [mine, told] = [++this.#asked_for, this.#told];
    const path = `${this.#path}/track/${this.#asked}`;
    const asking = this.#theirs === null ? this.client.call<Parcel>(path, { signed: false }) : tracked(this.#theirs, path);
    const parcel = await asking.catch((error: unknown) => {
      if (error instanceof Refused && error.status === 410) location.reload(); // the link has ended: the server says so
      throw error;
    });
    if (mine < this.#answered) return; // overtaken by a newer one
    this.#answered = mine;
    this.#unlockedBy(parcel.unlock);
    if (told === this.#told) this.#promised(windowOf(parcel.eta));
    this.#change(over(parcel.status) ? { parcel, fix: null } : { parcel });
    if (this.seen.liveness === "live") return; // frames are newer than any answer
    if (parcel.position === null) this.#change({ fix: null });
    else this.#position(parcel.position);
  }

  get #events(): string {
    return `${this.#path}/events/${this.#asked}`;
  }

  /** A stream cannot say who is signed in: what is shown to them it shows by this. */
  #unlockedBy(unlock: string | undefined): void {
    if (unlock === undefined || this.#asked !== "" || this.#stopped) return;
    this.#asked = `?${new URLSearchParams({ unlock })}`;
    this.#following.moveTo(this.#events);
  }

  readonly #wake = (): void => {
    if (!document.hidden) this.#following.wake();
  };

  #heard(frame: Frame): void {
    if (frame.type !== "status") this.#told += 1;
    if (frame.type === "position") {
      this.#position(frame);
      this.#promised(windowOf(frame.eta));
      return;
    }
    if (frame.type === "snapshot") {
      if (frame.position !== null) this.#position(frame.position);
      else this.#change({ fix: null });
      this.#promised(windowOf(frame.eta));
    }
    if (frame.type === "status" || frame.status !== this.seen.parcel.status) {
      // The status shows at once; who carries it and what else happened follows.
      this.#change({ parcel: { ...this.seen.parcel, status: frame.status } });
      this.#answered = this.#asked_for + 1; // what was asked for before does not know of it
      this.#renewSoon();
    } else if (frame.type === "snapshot") this.#renewSoon(); // what happened between the page and its stream, such as an attempt, is told by no frame
    if (over(frame.status)) this.#change({ fix: null });
  }

  /** Until it is answered: nothing else tells what else happened. */
  #renewSoon(failures = 0): void {
    clearTimeout(this.#renewing);
    this.#renewing = setTimeout(() => this.#renewNow(failures), failures === 0 ? RENEW_AFTER_MS : waitBefore(failures));
  }

  #renewNow(failures = 0): void {
    this.renew().catch((error: unknown) => {
      if (!this.#stopped && !(error instanceof Refused && error.status < 500)) this.#renewSoon(failures + 1);
    });
  }

  #position(position: NonNullable<Parcel["position"]>): void {
    const recorded_at = Date.parse(position.recorded_at);
    this.clock.learn(recorded_at, position.age_s);
    this.#change({ fix: { lat: position.lat, lon: position.lon, recorded_at, accuracy_m: position.accuracy_m } });
  }

  #promised(estimate: Window | null): void {
    const window = this.#promise.update(estimate, this.clock.now());
    writeKept(kept, this.named, this.#promise.kept);
    this.#change({ window, stops_before: estimate?.stops_before ?? 0, changes: [...this.#promise.changes] });
  }

  #change(some: Partial<Seen>): void {
    this.seen = { ...this.seen, ...some };
    if (!this.#stopped) this.tell(this.seen);
  }
}
