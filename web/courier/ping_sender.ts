// Brings pings to the server: over the socket in the order of their numbers, over HTTP while no socket opens.
// Each is forgotten only when the server has said that it is safe, or that it never will be accepted.
import { Socket, type SocketState, type SocketWorld, type Wire } from "../shared/sockets.ts";
import type { NewPing, Ping, Policy } from "./fixes.ts";
import type { Kept } from "./kept.ts";
import type { PhoneClock } from "./phone_clock.ts";

export interface Sender {
  device: string;
  epoch: string;
}

export interface BacklogAnswer {
  accepted: number[];
  rejected: { seq: number }[];
}

export type ServerFrame =
  | { type: "welcome"; last_seq: number; policy: Policy; clock_skew_ms?: number | null }
  | { type: "ack"; seq: number }
  | { type: "reject"; seq: number; reason: string; ahead_ms?: number }
  | { type: "assignment"; delivery_id: number; delivery_address: string }
  | { type: "withdrawal"; delivery_id: number; reason: string }
  | { type: "priority"; delivery_id: number; priority: string }
  | { type: "change"; delivery_id: number; what: string }
  | { type: "offer"; offer_id: number; delivery_id: number }
  | { type: "offer_end"; offer_id: number; delivery_id: number; status: string; why: string | null }
  | { type: "duty"; duty: string; why: string }
  | { type: "adjusted" | "auth_ok" | "error" };

export interface SenderWorld extends SocketWorld {
  /** Who sends, as the phone's store says it now: where it was cleared under an open page, numbers begin anew under another epoch. */
  identity(): Promise<Sender>;
  /** A backlog over HTTP; rejects where that cannot be done now. */
  post(pings: readonly Ping[]): Promise<BacklogAnswer>;
}

export interface SenderNews {
  onState(state: SocketState, code: number | null): void;
  onWaiting(count: number): void;
  onWelcome(policy: Policy, skew_ms: number | null): void;
  onJobs(frame: ServerFrame): void;
}

const BATCH = 200;
// So many may be on the way without an ack; the rest follows.
const IN_FLIGHT = 1_000;
const POST_EVERY_MS = 15_000;
// The server acknowledges within moments; a line on which nothing comes back for so long is dead.
const PATIENCE_MS = 20_000;
const POST_BATCH = 500;

export class PingSender {
  readonly #socket: Socket<ServerFrame>;
  #sender: Sender | null = null;
  #welcomed = false;
  #sent = 0;
  #acked = 0;
  #flushing: Promise<void> = Promise.resolve();
  #posting: unknown = null;
  #stopped = false;
  #watching = false;
  #heard = 0;
  /** When the hello was said, by the phone's own clock. */
  #helloAt = 0;

  constructor(
    private readonly kept: Kept,
    private readonly clock: PhoneClock,
    private readonly world: SenderWorld,
    private readonly news: SenderNews,
    private readonly phoneNow: () => number = Date.now,
  ) {
    this.#socket = new Socket<ServerFrame>(
      { ...world, open: async () => await this.#opened() },
      (frame) => void this.#take(frame).catch(() => undefined), // the phone's own store fails: the next connection takes it up
      (state, code) => this.#turn(state, code),
      () => {
        this.#helloAt = phoneNow();
        return { type: "hello", ...this.#sender, sent_at: new Date(this.#helloAt).toISOString() };
      },
    );
  }

  start(): void {
    this.#socket.start();
    this.#postLater();
  }

  stop(): void {
    this.#stopped = true;
    this.world.cancel(this.#posting);
    this.#socket.stop();
  }

  /** The network is back: do not wait for the next try. */
  renew(): void {
    this.#socket.renew();
  }

  /** It is kept on the phone once this returns. */
  async add(ping: NewPing): Promise<void> {
    await this.#checkIdentity(); // before it has a number
    await this.kept.addPing(ping);
    await this.#tellWaiting();
    await this.#flush();
  }

  async #opened(): Promise<Wire> {
    this.#sender = await this.world.identity();
    return await this.world.open();
  }

  /** The server takes numbers that begin anew for repeats, and an ack of old ones is none of new ones. */
  async #checkIdentity(): Promise<void> {
    const { epoch } = await this.world.identity();
    if (this.#sender !== null && this.#sender.epoch !== epoch) this.#socket.renew();
  }

  #turn(state: SocketState, code: number | null): void {
    if (state !== "open") this.#welcomed = false;
    this.news.onState(state, code);
  }

  async #take(frame: ServerFrame): Promise<void> {
    this.#heard += 1;
    if (frame.type === "welcome") {
      const skew_ms = frame.clock_skew_ms == null ? null : beyondTheWay(frame.clock_skew_ms, this.phoneNow() - this.#helloAt);
      this.clock.skew_ms = skew_ms ?? this.clock.skew_ms;
      this.news.onWelcome(frame.policy, skew_ms);
      await this.kept.dropPings({ upTo: frame.last_seq });
      this.#sent = this.#acked = frame.last_seq;
      this.#welcomed = true;
    } else if (frame.type === "ack") {
      await this.kept.dropPings({ upTo: frame.seq });
      this.#acked = Math.max(this.#acked, frame.seq);
    } else if (frame.type === "reject") {
      if (frame.reason === "in_future" && frame.ahead_ms !== undefined) await this.#correct(frame.seq, frame.ahead_ms);
      await this.kept.dropPings([frame.seq]);
    } else {
      this.news.onJobs(frame);
      return;
    }
    await this.#tellWaiting();
    await this.#flush();
  }

  /** A phone's clock ran ahead: the same position again, by the server's time, under a number of its own. */
  async #correct(seq: number, ahead_ms: number): Promise<void> {
    const [found] = await this.kept.pings(seq - 1, 1);
    if (found?.seq !== seq) return;
    const { seq: _, ...ping } = found;
    await this.kept.addPing({ ...ping, recorded_at: new Date(Date.parse(ping.recorded_at) - ahead_ms).toISOString() });
  }

  /** One at a time, so that numbers leave in order. */
  #flush(): Promise<void> {
    const run = (): Promise<void> => this.#sendOn();
    this.#flushing = this.#flushing.then(run, run); // one that failed, as where the phone's store was taken away for a moment, is no end of it
    return this.#flushing;
  }

  async #sendOn(): Promise<void> {
    while (this.#welcomed && this.#sent - this.#acked < IN_FLIGHT) {
      const pings = await this.kept.pings(this.#sent, BATCH);
      const last = pings.at(-1);
      if (last === undefined || !this.#welcomed || !this.#socket.send({ type: "pings", pings })) return;
      this.#sent = last.seq;
      this.#watchOver();
    }
  }

  /** What was sent and not answered in time went down a line that is dead. */
  #watchOver(): void {
    if (this.#watching) return;
    this.#watching = true;
    const heard = this.#heard;
    this.world.later(() => {
      this.#watching = false;
      if (this.#stopped || !this.#welcomed || this.#acked >= this.#sent) return;
      if (this.#heard === heard) this.#socket.renew();
      else this.#watchOver();
    }, PATIENCE_MS);
  }

  #postLater(): void {
    this.#posting = this.world.later(() => void this.#post(), POST_EVERY_MS);
  }

  /** While no socket opens: newest first, so that the live position is right before the way to it is. */
  async #post(): Promise<void> {
    try {
      if (!this.#welcomed) await this.#postNewest();
    } catch {
      // They wait for the next time.
    }
    if (!this.#stopped) this.#postLater();
  }

  async #postNewest(): Promise<void> {
    const pings = await this.kept.newestPings(POST_BATCH);
    if (pings.length === 0) return;
    const answer = await this.world.post(pings);
    await this.kept.dropPings([...answer.accepted, ...answer.rejected.map((one) => one.seq)]);
    await this.#tellWaiting();
  }

  async #tellWaiting(): Promise<void> {
    this.news.onWaiting(await this.kept.countPings());
  }
}

/** What is left of a skew for which the way of the hello, which is in it and took at most `way_ms`, is no explanation: a slow line is no wrong clock. */
function beyondTheWay(told_ms: number, way_ms: number): number {
  return Math.max(told_ms, Math.min(0, told_ms + Math.max(0, way_ms)));
}
