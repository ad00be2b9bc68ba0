// A WebSocket that comes back: it waits longer each time, resumes where it was, and stops where the server says so.
import { waitBefore } from "./backoff.ts";

export type SocketState = "connecting" | "open" | "waiting" | "ended";

/** The part of WebSocket that is used. */
export interface Wire {
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface SocketWorld {
  /** Opens one, with a fresh ticket where it needs one; rejects where that cannot be had now. */
  open(): Promise<Wire>;
  later(run: () => void, after_ms: number): unknown;
  cancel(handle: unknown): void;
}

/** `WebSocket.OPEN`, which exists in browsers alone. */
export const OPEN = 1;

// The closes after which the protocol tells a page to stop: coming back would change nothing.
export const FINAL_CODES: ReadonlySet<number> = new Set([4400, 4403, 4404, 4409, 4410, 4411]);

export class Socket<Message> {
  #wire: Wire | null = null;
  #failures = 0;
  #waiting: unknown = null;
  #stopped = false;
  #ended = false;
  #attempt = 0;

  constructor(
    private readonly world: SocketWorld,
    private readonly onMessage: (message: Message) => void,
    private readonly onState: (state: SocketState, code: number | null) => void,
    /** What is said first on each connection, such as a subscribe or a resume. */
    private readonly greeting: () => unknown = () => undefined,
  ) {}

  start(): void {
    void this.#connect();
  }

  /** For good: one that is still opening is closed once it has, and what it says counts no more. */
  stop(): void {
    this.#stopped = true;
    this.world.cancel(this.#waiting);
    this.#wire?.close(1000);
    this.#wire = null;
  }

  /** Connect anew at once: the network is back, the line is dead and nobody has said so, or why it ended holds no more. */
  renew(): void {
    if (this.#stopped) return;
    this.#ended = false;
    this.world.cancel(this.#waiting);
    const old = this.#wire;
    this.#wire = null;
    this.#failures = 0;
    void this.#connect(); // from here on nothing that the old one says counts
    old?.close(1000);
  }

  /** Whether it was sent; what is not must be said again by whoever knows whether it still matters. */
  send(message: unknown): boolean {
    // One that has begun to close takes what it is given, sends nothing and says so to the browser's console alone.
    if (this.#wire?.readyState !== OPEN) return false;
    this.#wire.send(JSON.stringify(message));
    return true;
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    this.onState("connecting", null);
    let wire: Wire;
    try {
      wire = await this.world.open();
    } catch {
      if (attempt === this.#attempt) this.#again(null);
      return;
    }
    const outdated = (): boolean => this.#stopped || attempt !== this.#attempt;
    wire.onopen = () => {
      if (outdated()) {
        wire.close(1000); // not before: of one that is closed while it opens the browser complains on its console
        return;
      }
      this.#wire = wire;
      this.#failures = 0;
      const first = this.greeting();
      if (first !== undefined) wire.send(JSON.stringify(first));
      this.onState("open", null);
    };
    wire.onmessage = (event) => {
      if (!outdated()) this.onMessage(JSON.parse(event.data) as Message);
    };
    wire.onclose = (event) => {
      if (outdated()) return;
      this.#wire = null;
      if (FINAL_CODES.has(event.code)) {
        this.#ended = true;
        this.onState("ended", event.code);
      } else this.#again(event.code);
    };
  }

  #again(code: number | null): void {
    if (this.#stopped || this.#ended) return;
    this.#failures += 1;
    this.onState("waiting", code);
    this.#waiting = this.world.later(() => void this.#connect(), waitBefore(this.#failures));
  }
}
