// The one connection of the console: it keeps the board up to date, and says when something has changed.
import type { Client } from "../shared/client.ts";
import { ServerClock } from "../shared/server_clock.ts";
import { Socket, type SocketState } from "../shared/sockets.ts";
import { Board, type Change } from "./board.ts";
import { type FleetFrame, type RunFrame, type SearchFrame, over } from "./frames.ts";

/** A quiet fleet says so every ten seconds; after so long without a word what is shown is old. */
export const OLD_AFTER_MS = 25_000;
const GATHER_MS = 120;
const TICK_MS = 1_000;

export class Live {
  readonly board = new Board();
  /** What was heard last of each run. */
  readonly runs = new Map<number, RunFrame>();
  /** The same of searches for a courier, by their delivery. */
  readonly searches = new Map<number, SearchFrame>();
  readonly #clock = new ServerClock();
  readonly #socket: Socket<FleetFrame | RunFrame | SearchFrame | { type: string }>;
  #state: SocketState = "connecting";
  #heardAt: number | null = null;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  /** `onFrame`: at once, for what is drawn; `onChange`: each second and soon after deliveries changed, for what is read. */
  constructor(
    client: Client,
    private readonly onFrame: (change: Change) => void,
    private readonly onChange: () => void,
  ) {
    this.#socket = new Socket(
      {
        open: () => opened(client),
        later: (run, after_ms) => setTimeout(run, after_ms),
        cancel: (handle) => clearTimeout(handle as number),
      },
      (frame) => {
        if (frame.type === "fleet") this.#take(frame as FleetFrame);
        if (frame.type === "run") this.#takeRun(frame as RunFrame);
        if (frame.type === "search") this.#takeSearch(frame as SearchFrame);
      },
      (state) => {
        this.#state = state;
        this.onChange();
      },
      () => ({ type: "subscribe" }),
    );
  }

  start(): void {
    this.#socket.start();
    this.#ticking = setInterval(() => {
      const gone = this.board.sweep(performance.now());
      if (gone.length > 0) this.onFrame({ at: this.now(), couriers: [], gone, deliveries: true });
      this.onChange();
    }, TICK_MS);
  }

  stop(): void {
    this.#socket.stop();
    clearInterval(this.#ticking);
    clearTimeout(this.#gathering);
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Milliseconds since 1970 by the server's clock. */
  now(): number {
    return this.#clock.now();
  }

  /** How long nothing was heard; null before the first word. */
  get silent_ms(): number | null {
    return this.#heardAt === null ? null : performance.now() - this.#heardAt;
  }

  /** Whether what is shown is not as it is now; before the first word nothing is. */
  get old(): boolean {
    return this.#state !== "open" || this.silent_ms === null || this.silent_ms > OLD_AFTER_MS;
  }

  #takeRun(frame: RunFrame): void {
    this.runs.set(frame.id, frame);
    this.onChange();
  }

  #takeSearch(frame: SearchFrame): void {
    const known = this.searches.get(frame.delivery_id);
    if (known !== undefined && known.id > frame.id) return;
    this.searches.set(frame.delivery_id, frame);
    this.onChange();
  }

  #take(frame: FleetFrame): void {
    this.#heardAt = performance.now();
    this.#clock.learn(Date.parse(frame.server_time), 0);
    if (frame.reset) this.searches.clear(); // all that still matter are told anew
    const change = this.board.take(frame, this.#heardAt);
    for (const told of frame.deliveries) if (over(told) || (told.status !== "available" && this.searches.get(told.id)?.status === "exhausted")) this.searches.delete(told.id); // else a day's parcels would stay, and what somebody had and gave back were one that nobody took
    this.onFrame(change);
    if (!change.deliveries) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.onChange();
    }, GATHER_MS);
  }
}

async function opened(client: Client): Promise<WebSocket> {
  const { ticket } = await client.call<{ ticket: string }>("/api/v1/auth/ws-ticket/", { method: "POST" });
  const address = new URL("/ws/console", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address, ["dispatch.v1", `ticket.${ticket}`]);
}
