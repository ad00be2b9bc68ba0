// What the page knows at a moment, and who hears that it has changed.
import type { components } from "../shared/api.ts";
import type { Action } from "./actions.ts";
import type { Measured } from "./fixes.ts";
import { type Job, type Waiting, inOrder, withActions } from "./jobs.ts";
import type { Offer } from "./offers.ts";
import type { Device, KnownSource } from "./sources.ts";
import type { Trouble } from "./watching_position.ts";

export type Profile = components["schemas"]["TransporterAnswer"];
export type Duty = components["schemas"]["DutyAnswer"];
export type GiveBackReason = components["schemas"]["GiveBackReason"];

export interface Notice {
  key: "notice.assigned" | "notice.withdrawn" | "notice.delivered" | "notice.attempted" | "notice.sent_already" | "notice.unanswered_offers" | "notice.break_over";
  title: string;
  delivery_id: number;
  /** Of what this phone did: what it pays once it has arrived, all together, else null. */
  fee?: number | null;
  /** Of how many parcels it tells, where it may be more than one. */
  count?: number;
}

export interface WorkState {
  profile: Profile | null;
  /** Whether the server said that there is none; so it is until it tells one. */
  lacks_profile: boolean;
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
  /** Whether it is known what waits to be sent: not before what the phone keeps was read. */
  waits_known: boolean;
  /** Whether what the phone keeps outlives the page. */
  lasts: boolean;
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
  other_source: KnownSource | null;
  devices: readonly Device[];
  /** Whether the server has said what else sends positions: before that nobody knows whether there is one. */
  sources_known: boolean;
  notice: Notice | null;
}

const NOTHING: WorkState = {
  profile: null, lacks_profile: false, duty: null, known_jobs: null, jobs: [], waiting: null, offers: [], actions: [], pings_waiting: 0, waits_known: false, lasts: true, connected: false, ended: null, reachable: true,
  heard_at: null, problem: null, position: null, trouble: null, other_source: null, devices: [], sources_known: false, notice: null,
};

export class WorkStore {
  #state = NOTHING;
  readonly #listeners = new Set<() => void>();

  /** `now`: by the server's clock, for the order of the jobs. */
  constructor(private readonly now: () => number) {}

  get state(): WorkState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(change: Partial<WorkState>): void {
    const next = { ...this.#state, ...change };
    if ("known_jobs" in change || "actions" in change) next.jobs = inOrder(withActions(next.known_jobs ?? [], next.actions), this.now());
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
