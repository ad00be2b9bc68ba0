// A parcel, live: server-sent events that resume; where those cannot be had, the plain answer again and again.
import type { components } from "./api.ts";
import { waitBefore } from "./backoff.ts";

export type DeliveryStatus = components["schemas"]["DeliveryStatus"];

export interface PositionFrame {
  lat: number;
  lon: number;
  recorded_at: string;
  accuracy_m: number | null;
  age_s: number;
}

export interface Eta {
  earliest: string;
  latest: string;
  /** Where the courier goes for others before. */
  stops_before: number;
}

export type Frame =
  | { type: "snapshot"; offset: string; status: DeliveryStatus; position: PositionFrame | null; eta: Eta | null; recovered?: boolean }
  | ({ type: "position"; offset: string; eta: Eta | null } & PositionFrame)
  | { type: "status"; offset: string; status: DeliveryStatus; message: string; timestamp: string };

export type Liveness = "connecting" | "live" | "polling" | "offline" | "over";

/** The part of EventSource that is used. */
export interface Source {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: "over", listener: () => void): void;
  close(): void;
}

export interface World {
  open(url: string): Source;
  /** Renews everything by the plain answer; rejects where there is no connection. */
  poll(): Promise<void>;
  later(run: () => void, after_ms: number): unknown;
  cancel(handle: unknown): void;
}

export const POLL_MS = 15_000;
// Where a stream does not open so often, something between us and the server does not let it through.
const STREAM_TRIES = 3;
// An open stream says at least a comment every 15 s; but comments are not seen here, so only opening is watched.
const OPENS_WITHIN_MS = 10_000;

/** Follows one parcel until it is over or `stop` is called. */
export class Following {
  #source: Source | null = null;
  #offset: string | null = null;
  #failures = 0;
  #waiting: unknown = null;
  #polling: unknown = null;
  #stopped = false;
  #liveness: Liveness = "connecting";

  constructor(
    private url: string,
    private readonly world: World,
    private readonly onFrame: (frame: Frame) => void,
    private readonly onLiveness: (liveness: Liveness) => void,
  ) {}

  start(): void {
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
    this.world.cancel(this.#waiting);
    this.world.cancel(this.#polling);
  }

  /** Try at once: the network is back, or somebody looks again. */
  wake(): void {
    if (this.#stopped || this.#liveness === "live") return;
    this.world.cancel(this.#waiting);
    this.#connect();
  }

  /** By another address from now on, which may tell more: where it is comes anew. */
  moveTo(url: string): void {
    this.url = url;
    this.#offset = null;
    if (this.#stopped || (this.#source === null && this.#waiting === null)) return; // over, or not begun
    this.world.cancel(this.#waiting);
    this.#connect();
  }

  #tell(liveness: Liveness): void {
    if (liveness === this.#liveness) return;
    this.#liveness = liveness;
    this.onLiveness(liveness);
  }

  #connect(): void {
    this.#drop();
    const source = this.world.open(this.#offset === null ? this.url : `${this.url}${this.url.includes("?") ? "&" : "?"}resume=${encodeURIComponent(this.#offset)}`);
    this.#source = source;
    this.#waiting = this.world.later(() => this.#failed(source), OPENS_WITHIN_MS);
    source.onopen = () => {
      if (source !== this.#source) return;
      this.world.cancel(this.#waiting);
      this.world.cancel(this.#polling);
      this.#polling = null;
      this.#failures = 0;
      this.#tell("live");
    };
    source.onmessage = (event) => {
      if (source !== this.#source) return;
      const frame = JSON.parse(event.data) as Frame;
      this.#offset = frame.offset;
      this.onFrame(frame);
    };
    source.addEventListener("over", () => {
      this.stop();
      this.#tell("over");
    });
    // The browser would try again by itself, but never tells whether it gives up, nor waits longer each time.
    source.onerror = () => this.#failed(source);
  }

  #failed(source: Source): void {
    if (this.#stopped || source !== this.#source) return;
    this.#drop();
    this.world.cancel(this.#waiting);
    this.#failures += 1;
    if (this.#failures < STREAM_TRIES) this.#tell("connecting");
    else if (this.#polling === null) this.#poll();
    this.#waiting = this.world.later(() => this.#connect(), waitBefore(this.#failures));
  }

  #poll(): void {
    this.world.poll().then(
      () => !this.#stopped && this.#liveness !== "live" && this.#tell("polling"),
      () => !this.#stopped && this.#liveness !== "live" && this.#tell("offline"),
    );
    this.#polling = this.world.later(() => this.#poll(), POLL_MS);
  }

  #drop(): void {
    this.#source?.close();
    this.#source = null;
  }
}
