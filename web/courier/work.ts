// All that the page knows and does, apart from how it looks: jobs, actions, positions, the connection.
import type { components } from "../shared/api.ts";
import { type Client, Refused } from "../shared/client.ts";
import { ServerClock } from "../shared/server_clock.ts";
import type { Shift } from "../shared/shifts.ts";
import { type Row, listRows, tellAction, wholeJobs } from "./deliveries_api.ts";
import { type Action, HOLD_MS } from "./actions.ts";
import { DEFAULT_POLICY, type Measured, Sieve, pingOf } from "./fixes.ts";
import { type Job, type Waiting, inOrder, withActions } from "./jobs.ts";
import { type Kept, openKept } from "./kept.ts";
import type { DeclineReason, Offer } from "./offers.ts";
import { type NewAction, Outbox } from "./outbox.ts";
import { PhoneClock } from "./phone_clock.ts";
import { Proofs, proofOf } from "./proofs.ts";
import { type BacklogAnswer, PingSender, type ServerFrame } from "./ping_sender.ts";
import { type Device, PAGE, type Source, newestOfOthers } from "./sources.ts";
import { PositionWatch, ScreenLock, type Trouble } from "./watching_position.ts";
import { browserSockets } from "./browser_sockets.ts";

export type Profile = components["schemas"]["TransporterAnswer"];
export type Duty = components["schemas"]["DutyAnswer"];
export type GiveBackReason = components["schemas"]["GiveBackReason"];
type Fix = components["schemas"]["FixAnswer"];
type Page<Row> = { count: number; results: Row[] };

export interface Notice {
  key: "notice.assigned" | "notice.withdrawn" | "notice.delivered" | "notice.attempted" | "notice.unanswered_offers" | "notice.break_over";
  title: string;
  delivery_id: number;
  /** Of what this phone did: what the delivery pays once it has arrived, else null. */
  fee?: number | null;
}

export interface WorkState {
  profile: Profile | null;
  /** Duty, break and planned shifts; null until they were heard of. */
  duty: Duty | null;
  /** As the server said last; null until it was heard for the first time. */
  known_jobs: readonly Job[] | null;
  /** What is under way as this phone knows it, in order. */
  jobs: readonly Job[];
  waiting: readonly Waiting[] | null;
  /** What the courier is asked, as the server said last; see `answerable`. */
  offers: readonly Offer[];
  actions: readonly Action[];
  pings_waiting: number;
  connected: boolean;
  /** Why the connection ended for good, as the protocol's close code. */
  ended: number | null;
  /** Whether the server answered the last time it was asked, and when it did. */
  reachable: boolean;
  heard_at: number | null;
  problem: unknown;
  position: Measured | null;
  trouble: Trouble | null;
  /** What else has sent a position lately: a paired app, or this page on another phone. */
  other_source: Source | null;
  devices: readonly Device[];
  notice: Notice | null;
}

const NOTHING: WorkState = {
  profile: null, duty: null, known_jobs: null, jobs: [], waiting: null, offers: [], actions: [], pings_waiting: 0, connected: false, ended: null, reachable: true,
  heard_at: null, problem: null, position: null, trouble: null, other_source: null, devices: [], notice: null,
};
const ASK_EVERY_MS = 30_000;
const FIXES_OF_MS = 180_000;
const FIXES_A_PAGE = 100;
const GIVEN_BACK = "given_back";
// A page that is loaded anew is hidden for a moment as well; whoever puts the phone away stands by what was done.
const PUT_AWAY_AFTER_MS = 1_000;
const NOT_ALLOWED = 4403; // the close code of who is not verified

export class Work {
  /** What is gathered for handovers; null until what the phone keeps is open. */
  proofs: Proofs | null = null;
  #state = NOTHING;
  readonly #listeners = new Set<() => void>();
  readonly #clock = new PhoneClock();
  /** Deadlines go by it; the phone's own may be wrong by less than `PhoneClock` puts right. */
  readonly #deadlines = new ServerClock();
  readonly #sieve = new Sieve();
  readonly #screen = new ScreenLock();
  readonly #watch = new PositionWatch((position) => void this.#measured(position), (trouble) => this.#set({ trouble }));
  #kept: Kept | null = null;
  #outbox: Outbox | null = null;
  /** Deliveries that somebody took on this page: nobody needs to be told of them. */
  readonly #taken = new Set<number>();
  #sender: PingSender | null = null;
  #heartbeat_s = DEFAULT_POLICY.heartbeat_s;
  #asking: Promise<void> | null = null;
  /** What is asked for while the phone's own store opens, for the first answer; null where that failed or was used. */
  #early: Promise<{ profile: Profile; rows: Row[] } | null> = Promise.resolve(null);

  constructor(
    private readonly client: Client,
    private readonly user_id: number,
  ) {}

  get state(): WorkState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens what the phone has kept, then asks and sends. Returns what ends all of it. */
  start(): () => void {
    const ends: (() => void)[] = [];
    let stopped = false;
    this.#early = this.#heard().catch(() => null);
    void this.#open().then(() => {
      if (stopped) return;
      this.#outbox?.run();
      this.#sender?.start();
      void this.refresh();
      const again = setInterval(() => void this.refresh(), ASK_EVERY_MS);
      const back = (event: Event): void => {
        if (document.visibilityState !== "visible" || !navigator.onLine) return;
        if (event.type === "online" || !this.#state.connected) this.#sender?.renew();
        this.#outbox?.hurry();
        void this.refresh();
      };
      const gone = (): void => this.#set({ reachable: false });
      let putAway: ReturnType<typeof setTimeout> | undefined;
      const hidden = (): void => {
        clearTimeout(putAway);
        if (document.visibilityState === "hidden") putAway = setTimeout(() => void this.#outbox?.release(), PUT_AWAY_AFTER_MS);
      };
      addEventListener("online", back);
      addEventListener("offline", gone);
      document.addEventListener("visibilitychange", back);
      document.addEventListener("visibilitychange", hidden);
      ends.push(() => clearInterval(again), () => removeEventListener("online", back), () => removeEventListener("offline", gone), () => document.removeEventListener("visibilitychange", back), () => document.removeEventListener("visibilitychange", hidden));
    });
    return () => {
      stopped = true;
      for (const end of ends) end();
      this.#outbox?.stop();
      this.#sender?.stop();
      this.#watch.stop();
      this.#screen.want(false);
    };
  }

  /** The server's word on everything; what cannot be asked stays as it was known last. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** On duty, off duty, or on a break of so many minutes. Raises Refused or Unreachable. */
  async setDuty(duty: Duty["duty"], minutes?: number): Promise<void> {
    const body = minutes === undefined ? { duty } : { duty, minutes };
    this.#set({ duty: await this.client.call<Duty>("/api/transporters/me/duty/", { method: "POST", body }) });
    await this.#again();
  }

  /** Replaces all planned shifts. Raises Refused or Unreachable. */
  async plan(shifts: readonly Shift[]): Promise<void> {
    this.#set({ duty: await this.client.call<Duty>("/api/transporters/me/shifts/", { method: "PUT", body: { shifts } }) });
  }

  /** Somebody else is to carry what was not picked up. Raises Refused or Unreachable. */
  async giveBack(job: Job, reason: GiveBackReason, note: string): Promise<void> {
    try {
      await this.client.call(`/api/deliveries/${job.id}/give-back/`, { method: "POST", body: { reason, note } });
    } finally {
      await this.#again();
    }
  }

  /** Raises Refused or Unreachable: the server makes the delivery that brings it back. */
  async bringBack(job: Job, reason: string): Promise<void> {
    try {
      await this.client.call(`/api/deliveries/${job.id}/return/`, { method: "POST", body: { reason } });
    } finally {
      await this.#again();
    }
  }

  /** Raises Refused or Unreachable: who gets a parcel can be known by the server alone. */
  async accept(waiting: Waiting, key: string): Promise<void> {
    this.#taken.add(waiting.id);
    try {
      await this.client.call(`/api/deliveries/${waiting.id}/accept/`, { method: "POST", idempotencyKey: key });
    } catch (problem) {
      this.#taken.delete(waiting.id);
      throw problem;
    } finally {
      await this.#again();
    }
  }

  /** Takes what is offered, or, with a reason, does not. Raises Refused or Unreachable. */
  async answer(offer: Offer, reason: DeclineReason | null): Promise<void> {
    const accepts = reason === null;
    if (accepts) this.#taken.add(offer.delivery.id);
    try {
      await this.client.call(`/api/offers/${offer.id}/${accepts ? "accept" : "decline"}/`, { method: "POST", ...(accepts ? {} : { body: { reason } }) });
    } catch (problem) {
      this.#taken.delete(offer.delivery.id);
      throw problem;
    } finally {
      await this.#again();
    }
  }

  /** Milliseconds since 1970 by the server's clock, which deadlines of offers go by. */
  serverNow(): number {
    return this.#deadlines.now();
  }

  /** Keeps on this phone what was done just now; it is told to the server after a moment in which it can be undone, as soon as that can be. */
  async done(action: Omit<NewAction, "happened_at">): Promise<void> {
    const hold_ms = "code" in action.body ? 0 : HOLD_MS; // whether a code is right is known while the customer is there
    const fee = action.kind === "deliver" ? (this.#state.jobs.find((one) => one.id === action.delivery_id)?.delivery_fee ?? null) : null;
    await this.#outbox?.add({ ...action, happened_at: this.#clock.iso() }, hold_ms);
    await this.proofs?.forget(action.kind, action.delivery_id);
    const { kind, title, delivery_id } = action;
    if (kind !== "pickup") this.#set({ notice: { key: kind === "deliver" ? "notice.delivered" : "notice.attempted", title, delivery_id, fee } });
    else if (this.#state.notice?.delivery_id === delivery_id) this.hideNotice();
  }

  /** Takes back what is still held; what it had gathered is there for the next time. */
  async undo(action: Action): Promise<void> {
    if (!(await this.#outbox?.undo(action.number))) return;
    const under_way = this.#state.jobs.map((one) => one.id);
    if (action.kind !== "attempts") await this.proofs?.keep(action.kind, action.delivery_id, proofOf(action.kind, action.body), [action.delivery_id, ...under_way]);
    if (this.#state.notice?.delivery_id === action.delivery_id) this.hideNotice();
  }

  /** Somebody stands by what was done and need not wait. */
  async sendNow(action: Action): Promise<void> {
    await this.#outbox?.release((one) => one.number === action.number);
  }

  async dismiss(action: Action): Promise<void> {
    await this.#outbox?.dismiss(action.number);
    await this.#again();
  }

  /** The position is sent from this window, not from the other one. */
  takeOver(): void {
    this.#sender?.renew();
  }

  hideNotice(): void {
    this.#set({ notice: null });
  }

  /** Milliseconds since 1970 by the server's clock, as far as it is known. */
  now(): number {
    return this.#clock.now();
  }

  async #open(): Promise<void> {
    const kept = (this.#kept = await openKept(this.user_id));
    this.proofs = new Proofs(kept);
    this.#clock.skew_ms = (await kept.read("skew_ms")) ?? 0;
    const jobs = (await kept.read("jobs")) as Job[] | undefined;
    const profile = (await kept.read("profile")) as Profile | undefined;
    this.#set({ known_jobs: jobs ?? null, profile: profile ?? null, pings_waiting: await kept.countPings() });
    this.#outbox = new Outbox(kept, {
      now: Date.now,
      later: (run, after_ms) => setTimeout(run, after_ms),
      cancel: (handle) => clearTimeout(handle as number | undefined),
      newKey: () => crypto.randomUUID(),
      send: (action) => tellAction(this.client, action),
    }, (actions) => this.#set({ actions }), () => void this.#again());
    await this.#outbox.start();
    this.#sender = new PingSender(kept, await this.#identity(kept), this.#clock, {
      ...browserSockets(this.client, "/ws/transporter"),
      post: async (pings) => {
        const sender = await this.#identity(kept);
        return await this.client.call<BacklogAnswer>("/api/transporters/me/positions/", { method: "POST", body: { ...sender, pings } });
      },
    }, {
      onState: (state, code) => this.#set({ connected: state === "open", ended: state === "ended" ? code : null }),
      onWaiting: (pings_waiting) => this.#set({ pings_waiting }),
      onWelcome: (policy, skew_ms) => {
        this.#sieve.policy = policy;
        this.#heartbeat_s = policy.heartbeat_s;
        if (skew_ms !== null) void kept.write("skew_ms", skew_ms);
        this.#outbox?.hurry();
        void this.refresh();
      },
      onJobs: (frame) => this.#hear(frame),
    });
    this.#follow();
  }

  /** Of this phone and this database: a new one begins to count anew under a name of its own. */
  async #identity(kept: Kept): Promise<{ device: string; epoch: string }> {
    const device = (await kept.read("device")) ?? `${PAGE}${crypto.randomUUID().slice(0, 8)}`;
    const epoch = (await kept.read("epoch")) ?? crypto.randomUUID();
    await kept.write("device", device);
    await kept.write("epoch", epoch);
    return { device, epoch };
  }

  async #measured(position: Measured): Promise<void> {
    this.#set({ position });
    if (this.#sieve.takes(position)) await this.#sender?.add(pingOf(position, this.#clock));
  }

  #hear(frame: ServerFrame): void {
    const { notice } = this.#state;
    if (frame.type === "assignment") {
      const { delivery_id } = frame;
      this.#set({ notice: this.#taken.delete(delivery_id) ? notice : { key: "notice.assigned", title: frame.delivery_address, delivery_id } });
    } else if (frame.type === "withdrawal" && frame.reason === GIVEN_BACK) {
      // by the courier, who knows
    } else if (frame.type === "withdrawal") {
      const lost = this.#state.known_jobs?.find((job) => job.id === frame.delivery_id);
      this.#set({ notice: { key: "notice.withdrawn", title: lost?.delivery_address ?? `#${frame.delivery_id}`, delivery_id: frame.delivery_id } });
    } else if (frame.type === "duty") {
      this.#set({ notice: { key: frame.why === "break_over" ? "notice.break_over" : "notice.unanswered_offers", title: "", delivery_id: 0 } });
    } else if (frame.type === "offer_end") {
      this.#set({ offers: this.#state.offers.filter((one) => one.id !== frame.offer_id) });
      return;
    } else if (frame.type === "priority" || frame.type === "change") {
      // What this page is sending now, it asks about once it is answered.
      if (!this.#state.actions.some((one) => one.delivery_id === frame.delivery_id && one.state === "sending")) void this.#again();
      return;
    } else if (frame.type !== "offer") return;
    navigator.vibrate?.([200, 100, 200]);
    void this.#again();
  }

  /** Not what is being asked at this moment: something has changed since. */
  async #again(): Promise<void> {
    await this.#asking;
    await this.refresh();
  }

  async #heard(): Promise<{ profile: Profile; rows: Row[] }> {
    const profile = await this.client.call<Profile>("/api/transporters/me/");
    return { profile, rows: await listRows(this.client, profile.id) };
  }

  async #ask(): Promise<void> {
    try {
      const early = await this.#early;
      this.#early = Promise.resolve(null);
      const { profile, rows } = early ?? (await this.#heard());
      const known_jobs = await wholeJobs(this.client, rows, this.#state.known_jobs ?? []);
      this.#set({ profile, known_jobs, reachable: true, heard_at: Date.now(), problem: null });
      this.#set({ duty: await this.client.call<Duty>("/api/transporters/me/duty/") });
      await this.#kept?.write("jobs", known_jobs);
      await this.#kept?.write("profile", profile);
      const waiting = profile.is_verified ? await this.client.call<Page<Waiting>>("/api/deliveries/available/?page_size=100") : null;
      this.#set({ waiting: waiting?.results ?? [] });
      await this.#askOffers();
      if (this.#state.ended === NOT_ALLOWED && profile.is_verified) this.#sender?.renew(); // verified since
      await this.#askSources(profile);
    } catch (problem) {
      if (problem instanceof Refused) this.#set({ problem, reachable: true });
      else this.#set({ reachable: false });
    }
    this.#follow();
  }

  async #askOffers(): Promise<void> {
    const { offers, server_time } = await this.client.call<components["schemas"]["OpenOffers"]>("/api/offers/");
    this.#deadlines.learn(Date.parse(server_time), 0);
    this.#set({ offers });
  }

  /** What else has sent positions lately. */
  async #askSources(profile: Profile): Promise<void> {
    const { results: devices } = await this.client.call<Page<Device>>("/api/transporters/me/devices/");
    const since = encodeURIComponent(new Date(this.now() - FIXES_OF_MS).toISOString());
    const fixes = (page: number) => this.client.call<Page<Fix>>(`/api/transporters/${profile.id}/positions/?page_size=${FIXES_A_PAGE}&page=${page}&from=${since}`);
    let found = await fixes(1);
    // The oldest come first, and the newest counts.
    if (found.count > FIXES_A_PAGE) found = await fixes(Math.ceil(found.count / FIXES_A_PAGE));
    const own = (await this.#kept?.read("device")) ?? "";
    this.#set({ devices, other_source: newestOfOthers(found.results, own, devices, this.now()) });
  }

  /** Watch the position while on duty or with a parcel; nothing is measured otherwise. */
  #follow(): void {
    const { profile, jobs } = this.#state;
    const wanted = profile !== null && profile.is_verified && (profile.is_available || jobs.length > 0);
    this.#screen.want(wanted);
    if (wanted) this.#watch.start(this.#heartbeat_s);
    else this.#watch.stop();
  }

  #set(change: Partial<WorkState>): void {
    const next = { ...this.#state, ...change };
    if ("known_jobs" in change || "actions" in change) next.jobs = inOrder(withActions(next.known_jobs ?? [], next.actions), this.now());
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
