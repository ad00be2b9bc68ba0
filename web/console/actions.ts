// What a dispatcher does, as it goes on: pending until the server answers, then what the server says, and a way back.
import type { AssignmentPlan, Calls, Plan, TakeBackReason } from "./calls.ts";
import type { ConsoleKey } from "./words.ts";

/** A real inverse call, offered for so long. */
export const UNDO_MS = 10_000;
/** So many acts are remembered, the newest first. */
export const MOST_DONE = 20;
/** Of more at once nothing is taken back in one go: each is a request. */
export const MOST_UNDONE = 500;

/** Acts by which somebody has a parcel: it can be taken back at the parcel later too. */
const GIVES: readonly ConsoleKey[] = ["give.done", "plan.done", "plan.done.partly"];

export interface Notice {
  /** A sentence of the page, or the server's own words where it is null. */
  key: ConsoleKey | null;
  values: Record<string, string | number>;
  error: unknown;
  undo: (() => Promise<void>) | null;
  /** Whether the parcel has a way back once this one is over. */
  later: boolean;
  until: number;
}

/** What was done on this page. `delivery`: the one that it was done to, where it was one. */
export interface Done {
  key: ConsoleKey;
  values: Notice["values"];
  delivery: number | null;
  /** By the page's steady clock. */
  at: number;
}

export interface Gift {
  delivery: number;
  number: string;
  courier: number;
  name: string;
}

export type Pending = "give.pending" | "take_back.pending" | "change.pending";

type Asks = Pick<Calls, "give" | "takeBack">;

/** Milliseconds since 1970 of what an answer says; null where it says nothing. */
export function moment(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

export class Actions {
  /** Deliveries of which an answer is awaited. */
  readonly pending = new Map<number, Pending>();
  /** Deliveries for which nobody was found when somebody was looked for last. */
  readonly unfound = new Set<number>();
  /** What was done last. */
  notice: Notice | null = null;
  /** What was said since and is no act, or what could not be done: the act before it keeps its way back. */
  told: Notice | null = null;
  done: readonly Done[] = [];

  constructor(
    private readonly calls: Asks,
    private readonly now: () => number,
    private readonly onChange: () => void,
    /** What the server answered: who has a delivery now, or nobody; when it is expected, where the answer says so. */
    readonly onAnswer: (delivery: number, courier: number | null, expected_at?: number | null) => void,
  ) {}

  async give(gift: Gift, reason = ""): Promise<void> {
    await this.during(gift.delivery, "give.pending", async () => {
      await this.#give(gift, reason);
      this.unfound.delete(gift.delivery);
      this.say("give.done", { name: gift.name, number: gift.number }, () => this.#undone([gift]), gift.delivery);
    });
  }

  async takeBack(gift: Gift, reason: TakeBackReason, note: string): Promise<void> {
    await this.during(gift.delivery, "take_back.pending", async () => {
      await this.#takeBack(gift, reason, note);
      this.say("take_back.done", { number: gift.number }, async () => {
        await this.during(gift.delivery, "give.pending", async () => {
          await this.#give(gift);
          this.say("undo.done", {}, null);
        });
      }, gift.delivery);
    });
  }

  /** A plan was committed; `gifts`: what was given by it. */
  committed(plan: AssignmentPlan, gifts: readonly Gift[]): void {
    this.found({ assignments: gifts.map((one) => ({ delivery_id: one.delivery })), failures: plan.left_out });
    for (const gift of gifts) this.onAnswer(gift.delivery, gift.courier);
    const undo = gifts.length === 0 || gifts.length > MOST_UNDONE ? null : () => this.#undone(gifts);
    const failed = plan.progress.refused.length;
    this.say(failed === 0 ? "plan.done" : "plan.done.partly", { count: plan.progress.assigned, failed }, undo);
  }

  /** Who was found in a plan, and for which deliveries nobody. */
  found(plan: { assignments: readonly Pick<Plan["assignments"][number], "delivery_id">[]; failures: readonly Pick<Plan["failures"][number], "delivery_id" | "reason">[] }): void {
    for (const one of plan.assignments) this.unfound.delete(one.delivery_id);
    for (const one of plan.failures) if (one.reason !== null) this.unfound.add(one.delivery_id);
  }

  /** What is said now, the newest first. */
  get notices(): readonly Notice[] {
    return [this.told, this.notice].filter((one) => one !== null);
  }

  /** Takes the newest back that has a way back, or `wanted`. */
  async undo(wanted?: Notice): Promise<void> {
    const notice = this.notices.find((one) => one.undo !== null && (wanted === undefined || one === wanted));
    if (notice?.undo == null || this.now() > notice.until) return;
    this.dismiss(notice);
    await notice.undo();
  }

  /** Let go of what was read long enough. */
  forget(): void {
    for (const one of this.notices) if (this.now() > one.until) this.#drop(one);
  }

  dismiss(notice: Notice): void {
    this.#drop(notice);
    this.onChange();
  }

  fail(error: unknown): void {
    this.#add({ key: null, values: {}, error, undo: null, later: false, until: this.now() + UNDO_MS });
  }

  say(key: ConsoleKey, values: Notice["values"], undo: Notice["undo"], delivery: number | null = null): void {
    const at = this.now();
    this.notice = { key, values, error: null, undo, later: undo !== null && GIVES.includes(key), until: at + UNDO_MS };
    this.told = null;
    this.done = [{ key, values, delivery, at }, ...this.done].slice(0, MOST_DONE);
    this.onChange();
  }

  /** Says something that is no act on a parcel, so there is nothing to remember. */
  tell(key: ConsoleKey, values: Notice["values"] = {}, undo: Notice["undo"] = null): void {
    this.#add({ key, values, error: null, undo, later: false, until: this.now() + UNDO_MS });
  }

  #add(told: Notice): void {
    this.told = told;
    if (this.notice?.undo == null) this.notice = null;
    this.onChange();
  }

  #drop(notice: Notice): void {
    if (this.told === notice) this.told = null;
    if (this.notice === notice) this.notice = null;
  }

  /** Takes a change of several back, each by itself, and says what could not be. */
  async undoEach<One>(all: readonly One[], back: (one: One) => Promise<unknown>): Promise<void> {
    let failed = 0;
    let last: unknown = null;
    for (const one of all) {
      try {
        await back(one);
      } catch (error) {
        failed += 1;
        last = error;
      }
    }
    if (failed === 0) this.say("undo.done", {}, null);
    else if (all.length === 1) this.fail(last);
    else this.say("undo.partly", { count: all.length - failed, failed }, null);
  }

  async during(delivery: number, state: Pending, act: () => Promise<void>): Promise<void> {
    if (this.pending.has(delivery)) return; // a second press of the same button
    this.pending.set(delivery, state);
    // Who has it is in question: that it was given offers no way back beside what is done with it now.
    if (this.notice?.later && this.done[0]?.delivery === delivery) this.notice = null;
    this.onChange();
    try {
      await act();
    } catch (error) {
      this.fail(error);
    } finally {
      this.pending.delete(delivery);
      this.onChange();
    }
  }

  #undone(gifts: readonly Gift[]): Promise<void> {
    return this.undoEach(gifts, (gift) => this.#takeBack(gift, "mistake", ""));
  }

  async #give(gift: Gift, reason = ""): Promise<void> {
    const given = await this.calls.give(gift.delivery, gift.courier, reason);
    this.onAnswer(gift.delivery, gift.courier, moment(given.estimated_delivery_time));
  }

  async #takeBack(gift: Gift, reason: TakeBackReason, note: string): Promise<void> {
    await this.calls.takeBack(gift.delivery, gift.courier, reason, note);
    this.onAnswer(gift.delivery, null);
  }
}
