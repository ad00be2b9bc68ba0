// All that the page does, apart from how it looks: jobs, actions, positions, the connection.
import { type Client, Refused } from "../shared/client.ts";
import { newKey } from "../shared/request_keys.ts";
import { ServerClock } from "../shared/server_clock.ts";
import type { Shift } from "../shared/shifts.ts";
import { type Action, HOLD_MS, isHeld, isProved } from "./actions.ts";
import { Asking, type Heard, NO_PROFILE } from "./asking.ts";
import { browserSockets } from "./browser_sockets.ts";
import { whenComingBack } from "./coming_back.ts";
import { type Row, tellAction, wholeJobs } from "./deliveries_api.ts";
import { DEFAULT_POLICY, type Measured, Sieve, pingOf } from "./fixes.ts";
import { type Job, type Waiting, timesTried } from "./jobs.ts";
import { type Kept, openKept } from "./kept.ts";
import { isNews, noticeOf, noticeOfDone, stillHolds } from "./notices.ts";
import type { DeclineReason, Offer } from "./offers.ts";
import { askToLast } from "./lasting.ts";
import { type NewAction, Outbox } from "./outbox.ts";
import { type OtherWindows, otherWindows } from "./other_windows.ts";
import { PhoneClock } from "./phone_clock.ts";
import { PicturesInParts } from "./pictures_in_parts.ts";
import { type BacklogAnswer, PingSender, type ServerFrame } from "./ping_sender.ts";
import { Proofs } from "./proofs.ts";
import { ScreenLock, browserScreen } from "./screen_lock.ts";
import { PAGE } from "./sources.ts";
import { gatheredAgain, undoneOf } from "./undoing.ts";
import { PositionWatch } from "./watching_position.ts";
import { type Duty, type GiveBackReason, type Profile, type WorkState, WorkStore } from "./work_state.ts";

const ASK_EVERY_MS = 30_000;
const NOT_ALLOWED = 4403; // the close code of who is not verified

export class Work {
  /** What is gathered for steps; null until what the phone keeps is open. */
  proofs: Proofs | null = null;
  readonly #clock = new PhoneClock();
  readonly #store = new WorkStore(() => this.now());
  readonly #asking_for: Asking;
  /** Deadlines go by it; the phone's own may be wrong by less than `PhoneClock` puts right. */
  readonly #deadlines = new ServerClock();
  readonly #sieve = new Sieve();
  readonly #screen = new ScreenLock(browserScreen());
  readonly #watch = new PositionWatch((position) => void this.#measured(position), (trouble) => this.#set({ trouble }));
  #kept: Kept | null = null;
  #outbox: Outbox | null = null;
  /** Deliveries that somebody took on this page: nobody needs to be told of them. */
  readonly #taken = new Set<number>();
  /** Deliveries that are known as they stand: read since the socket opened, and nothing was said of them since. */
  readonly #whole = new Set<number>();
  #sender: PingSender | null = null;
  #windows: OtherWindows | null = null;
  #heartbeat_s = DEFAULT_POLICY.heartbeat_s;
  #stopped = false;
  #asking: Promise<void> | null = null;
  /** There is no profile, as was answered: nothing is asked again until one was made here, or the network was gone. */
  #nobody = false;
  /** What is asked for while the phone's own store opens, for the first answer; null where that failed or was used. */
  #early: Promise<Heard | typeof NO_PROFILE | null> = Promise.resolve(null);

  constructor(
    private readonly client: Client,
    private readonly user_id: number,
  ) {
    this.#asking_for = new Asking(client);
  }

  get state(): WorkState {
    return this.#store.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  /** Opens what the phone has kept, then asks and sends. Returns what ends all of it. */
  start(): () => void {
    const ends: (() => void)[] = [];
    this.#early = this.#asking_for.first().catch(() => null);
    void this.#open().then(() => {
      if (this.#stopped) return;
      this.#outbox?.run();
      this.#sender?.start();
      void this.refresh();
      const again = setInterval(() => void this.refresh(), ASK_EVERY_MS);
      const back = (renewed: boolean): void => {
        if (renewed || !this.state.connected) this.#sender?.renew();
        this.#outbox?.hurry();
        void this.again();
      };
      const putAway = (): void => void this.#outbox?.release();
      ends.push(() => clearInterval(again), whenComingBack({ back, gone: () => this.#lost(), putAway }));
    });
    return () => {
      this.#stopped = true;
      for (const end of ends) end();
      this.#outbox?.stop();
      this.#sender?.stop();
      this.#windows?.end();
      this.#watch.stop();
      this.#screen.want(false);
    };
  }

  /** The server's word on everything; what cannot be asked stays as it was known last. */
  refresh(): Promise<void> {
    if (this.#nobody) return Promise.resolve();
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** The same, and not what is being asked at this moment: something has changed since. */
  async again(): Promise<void> {
    await this.#asking;
    await this.refresh();
  }

  /** Do what changes what this courier may ask for, while nothing is asked: then everything anew. Raises what `act` raises. */
  async alone(act: () => Promise<unknown>): Promise<void> {
    while (this.#asking !== null) await this.#asking;
    const acted = act();
    this.#asking = acted.then(() => undefined, () => undefined).finally(() => {
      this.#asking = null;
    });
    await acted.catch((problem: unknown) => {
      if (problem instanceof Refused && problem.status === 409) this.#nobody = false; // in another window, say
      throw problem;
    });
    this.#nobody = false;
    await this.again();
  }

  /** On duty, off duty, or on a break of so many minutes. Raises Refused or Unreachable. */
  async setDuty(duty: Duty["duty"], minutes?: number): Promise<void> {
    if (duty === "on" && this.#kept !== null) void askToLast(this.#kept, navigator.storage).catch(() => undefined); // work goes on where that fails
    const body = minutes === undefined ? { duty } : { duty, minutes };
    this.#set({ duty: await this.client.call<Duty>("/api/transporters/me/duty/", { method: "POST", body }) });
    await this.again();
  }

  /** Replaces all planned shifts. Raises Refused or Unreachable. */
  async plan(shifts: readonly Shift[]): Promise<void> {
    this.#set({ duty: await this.client.call<Duty>("/api/transporters/me/shifts/", { method: "PUT", body: { shifts } }) });
  }

  /** Somebody else is to carry what was not picked up; told as any other step is, also later. */
  async giveBack(job: Job, reason: GiveBackReason, note: string): Promise<void> {
    await this.done({ kind: "give-back", delivery_id: job.id, title: job.pickup_address, body: { reason, note } });
  }

  /** The server makes the delivery that brings it back, once it is told. */
  async bringBack(job: Job, reason: string): Promise<void> {
    await this.done({ kind: "return", delivery_id: job.id, title: job.pickup_address, body: { reason } });
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
      await this.again();
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
      await this.again();
    }
  }

  /** Milliseconds since 1970 by the server's clock, which deadlines of offers go by. */
  serverNow(): number {
    return this.#deadlines.now();
  }

  /** Keeps on this phone what was done just now; it is told to the server after a moment in which it can be undone, as soon as that can be. */
  async done(action: Omit<NewAction, "happened_at">): Promise<void> {
    await this.doneTogether([action]);
  }

  /** The same of all that was done in one go at one door: held, undone and told of as one. */
  async doneTogether(actions: readonly Omit<NewAction, "happened_at">[]): Promise<void> {
    const hold_ms = actions.some(({ body }) => "code" in body) ? 0 : HOLD_MS; // whether a code is right is known while the customer is there
    const notice = noticeOfDone(actions, this.state.jobs);
    const happened_at = this.#clock.iso();
    if (this.#outbox === null) throw new Error("what the phone keeps is not open yet");
    await this.#outbox.addAll(actions.map((one) => ({ ...one, happened_at, ...this.#triedBefore(one) })), hold_ms);
    // It is done, whatever becomes of what was gathered for it: a problem here would have it done once more.
    for (const { kind, delivery_id } of actions) if (isProved(kind)) await this.proofs?.forget(kind, delivery_id).catch(() => undefined);
    if (notice !== null) this.#set({ notice });
    else this.#hideNoticeOf(actions);
  }

  #triedBefore({ kind, delivery_id }: { kind: string; delivery_id: number }): { tried?: number } {
    const job = this.state.known_jobs?.find((one) => one.id === delivery_id);
    return kind !== "attempts" || job === undefined ? {} : { tried: timesTried(job, this.state.actions) };
  }

  /** Takes back what of one go is still held, all at once; what it had gathered is there for the next time. It says how many were sent already. */
  async undo(actions: readonly Action[]): Promise<void> {
    if (this.proofs === null || this.#outbox === null) return;
    const back = await undoneOf(actions, this.#outbox, this.proofs, this.state.jobs.map((one) => one.id)).catch(() => []); // it is held still, as is seen
    const known = this.state.actions.filter((one) => !isHeld(one, Date.now())); // not what a second tap finds on its way out, or gone
    const sent = actions.filter(({ number }) => known.some((one) => one.number === number));
    const [first] = sent;
    if (first !== undefined) this.#set({ notice: { key: "notice.sent_already", title: first.title, delivery_id: first.delivery_id, count: sent.length } });
    else this.#hideNoticeOf(back);
  }

  /** Somebody stands by what was done in one go and need not wait. */
  async sendNow(actions: readonly Action[]): Promise<void> {
    await this.#outbox?.release((one) => actions.some(({ number }) => number === one.number));
  }

  #hideNoticeOf(of: readonly { delivery_id: number }[]): void {
    if (of.some((one) => one.delivery_id === this.state.notice?.delivery_id)) this.hideNotice();
  }

  async dismiss(action: Action): Promise<void> {
    await this.#outbox?.dismiss(action.number).catch(() => undefined); // it stands there still
    await this.again();
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
    this.#set({ lasts: kept.lasts, known_jobs: jobs ?? null, profile: profile ?? null, pings_waiting: await kept.countPings() });
    if (this.#stopped) return; // nothing is begun that nobody ends
    const pictures = new PicturesInParts(this.client);
    const windows = otherWindows(`dispatch.courier.${this.user_id}.actions`, () => void this.#outbox?.renew().catch(() => undefined));
    this.#windows = windows;
    this.#outbox = new Outbox(kept, {
      now: Date.now,
      later: (run, after_ms) => setTimeout(run, after_ms),
      cancel: (handle) => clearTimeout(handle as number | undefined),
      newKey,
      send: (action, note) => tellAction(this.client, pictures, action, note),
      drop: (uploads) => void pictures.drop(uploads),
      alone: windows.alone,
      tell: windows.tell,
    }, (actions) => this.#set({ actions }), ({ delivery_id, kind, state }) => {
      this.#whole.delete(delivery_id);
      // Whoever told of an attempt comes again, to others perhaps: what was signed stays with this time.
      if (kind === "attempts" && state === "confirmed") void this.proofs?.forget("deliver", delivery_id).catch(() => undefined);
      void this.again();
    }, (refused) => {
      const clocks = { server: this.#clock.now(), phone: Date.now() };
      if (this.proofs !== null) void gatheredAgain(refused, this.state.actions, this.proofs, this.state.jobs.map((one) => one.id), clocks);
    });
    await this.#outbox.start();
    this.#set({ waits_known: true });
    this.#sender = new PingSender(kept, this.#clock, {
      ...browserSockets(this.client, "/ws/transporter"),
      identity: () => this.#identity(kept),
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
        if (skew_ms !== null) void kept.write("skew_ms", skew_ms).catch(() => undefined); // it is told anew with each connection
        this.#outbox?.hurry();
        this.#whole.clear(); // what changed while no socket was open was told to nobody
        void this.again();
      },
      onJobs: (frame) => this.#hear(frame),
    });
    this.#follow();
  }

  /** Of this phone and this database: a new one begins to count anew under a name of its own. */
  async #identity(kept: Kept): Promise<{ device: string; epoch: string }> {
    const [device, epoch] = [await kept.read("device"), await kept.read("epoch")];
    if (device !== undefined && epoch !== undefined) return { device, epoch };
    // In one step each: of two windows that begin at once both have what the first wrote.
    await kept.change("device", (before) => before ?? `${PAGE}${newKey().slice(0, 8)}`);
    await kept.change("epoch", (before) => before ?? newKey());
    return await this.#identity(kept);
  }

  async #measured(position: Measured): Promise<void> {
    this.#set({ position });
    if (this.#sieve.takes(position)) await this.#sender?.add(pingOf(position, this.#clock)).catch(() => undefined); // a full phone keeps the next one, or none
  }

  #hear(frame: ServerFrame): void {
    const { notice, offers, actions } = this.state;
    if (frame.type === "offer_end") {
      this.#set({ offers: offers.filter((one) => one.id !== frame.offer_id) });
      return;
    }
    if (frame.type === "priority" || frame.type === "change") {
      this.#whole.delete(frame.delivery_id);
      // What this page is sending now, it asks about once it is answered.
      if (!actions.some((one) => one.delivery_id === frame.delivery_id && one.state === "sending")) void this.again();
      return;
    }
    if (!isNews(frame)) return;
    const taken_here = frame.type === "assignment" && this.#taken.delete(frame.delivery_id);
    this.#set({ notice: (taken_here ? null : noticeOf(frame, this.state.known_jobs ?? [])) ?? notice });
    navigator.vibrate?.([200, 100, 200]);
    void this.again();
  }

  async #ask(): Promise<void> {
    const { notice } = this.state;
    try {
      const early = await this.#early;
      this.#early = Promise.resolve(null);
      const heard = early ?? (await this.#asking_for.first());
      if (heard === NO_PROFILE) {
        this.#nobody = true;
        this.#set({ profile: null, lacks_profile: true, reachable: true, problem: null });
        return this.#follow();
      }
      const { profile, rows } = heard;
      const known_jobs = await this.#wholeOf(rows);
      this.#set({ profile, lacks_profile: false, known_jobs, reachable: true, heard_at: Date.now(), problem: null });
      if (notice !== null && notice === this.state.notice && !stillHolds(notice, known_jobs, profile.is_available)) this.hideNotice();
      await Promise.all([this.#kept?.write("jobs", known_jobs), this.#kept?.write("profile", profile)]).catch(() => undefined); // at once: the network may go with the next question; a full phone is no reason to ask no further
      this.#set({ duty: await this.#asking_for.duty() });
      this.#set({ waiting: await this.#asking_for.waiting(profile) });
      await this.#askOffers();
      if (this.state.ended === NOT_ALLOWED && profile.is_verified) this.#sender?.renew(); // verified since
      this.#set(await this.#asking_for.sources(profile, (await this.#kept?.read("device").catch(() => undefined)) ?? "", this.now()));
    } catch (problem) {
      this.#whole.clear();
      if (problem instanceof Refused) this.#set({ problem, reachable: true });
      else this.#set({ reachable: false });
    }
    this.#follow();
  }

  /** What this page is sending now of a delivery may end it: it stays as it was known, and is asked for once that is answered. */
  async #wholeOf(rows: readonly Row[]): Promise<Job[]> {
    const known = this.state.known_jobs ?? [];
    const told = new Set(this.state.actions.filter(({ state }) => state === "sending").map(({ delivery_id }) => delivery_id));
    const fresh = known.filter(({ id }) => this.#whole.has(id));
    for (const { id } of rows) if (!told.has(id)) this.#whole.add(id); // before they are asked for: what changes meanwhile takes them out again
    return await wholeJobs(this.client, rows, fresh, known.filter(({ id }) => told.has(id)));
  }

  /** The network is gone: once it is back, everything is asked anew. */
  #lost(): void {
    this.#nobody = false;
    this.#set({ reachable: false });
  }

  async #askOffers(): Promise<void> {
    const { offers, server_time } = await this.#asking_for.offers();
    this.#deadlines.learn(Date.parse(server_time), 0);
    this.#set({ offers });
  }

  /** Watch the position while on duty or with a parcel; nothing is measured otherwise. */
  #follow(): void {
    const { profile, jobs } = this.state;
    const wanted = !this.#stopped && profile !== null && profile.is_verified && (profile.is_available || jobs.length > 0);
    this.#screen.want(wanted);
    if (wanted) this.#watch.start(this.#heartbeat_s);
    else this.#watch.stop();
  }

  #set(change: Partial<WorkState>): void {
    this.#store.set(change);
  }
}
