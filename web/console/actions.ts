// What a dispatcher does, as it goes on: pending until the server answers, then what the server says, and a way back.
import type { Calls, Plan, TakeBackReason } from "./calls.ts";

/** A real inverse call, offered for so long. */
export const UNDO_MS = 10_000;

export interface Notice {
  /** A sentence of the page, or the server's own words where `key` is null. */
  key: "give.done" | "take_back.done" | "plan.done" | "plan.changed" | "undo.done" | "undo.partly" | null;
  values: Record<string, string | number>;
  error: unknown;
  undo: (() => Promise<void>) | null;
  until: number;
}

export interface Gift {
  delivery: number;
  number: string;
  courier: number;
  name: string;
}

type Asks = Pick<Calls, "give" | "takeBack" | "assignMany">;

export class Actions {
  /** Deliveries of which an answer is awaited. */
  readonly pending = new Map<number, "give.pending" | "take_back.pending">();
  /** Deliveries for which nobody was found when somebody was looked for last. */
  readonly unfound = new Set<number>();
  notice: Notice | null = null;

  constructor(
    private readonly calls: Asks,
    private readonly now: () => number,
    private readonly onChange: () => void,
    /** What the server answered: who has a delivery now, or nobody. */
    private readonly onAnswer: (delivery: number, courier: number | null) => void,
  ) {}

  async give(gift: Gift, reason = ""): Promise<void> {
    await this.#during(gift.delivery, "give.pending", async () => {
      await this.#give(gift, reason);
      this.unfound.delete(gift.delivery);
      this.#say("give.done", { name: gift.name, number: gift.number }, () => this.#undone([gift]));
    });
  }

  async takeBack(gift: Gift, reason: TakeBackReason, note: string): Promise<void> {
    await this.#during(gift.delivery, "take_back.pending", async () => {
      await this.#takeBack(gift, reason, note);
      this.#say("take_back.done", { number: gift.number }, async () => {
        await this.#during(gift.delivery, "give.pending", async () => {
          await this.#give(gift);
          this.#say("undo.done", {}, null);
        });
      });
    });
  }

  /** Carries a plan out. Raises what the call raises. */
  async commit(planned: Plan, deliveries: readonly number[], number_of: (delivery: number) => string): Promise<Plan> {
    const done = await this.calls.assignMany(deliveries, false);
    this.found(done);
    const before = new Map(planned.assignments.map((one) => [one.delivery_id, one.transporter_id]));
    const moved = done.assignments.filter((one) => before.get(one.delivery_id) !== one.transporter_id).length;
    const gifts = done.assignments.map((one) => ({
      delivery: one.delivery_id,
      number: number_of(one.delivery_id),
      courier: one.transporter_id,
      name: one.transporter,
    }));
    for (const gift of gifts) this.onAnswer(gift.delivery, gift.courier);
    const undo = gifts.length === 0 ? null : () => this.#undone(gifts);
    if (moved > 0) this.#say("plan.changed", { count: moved }, undo);
    else this.#say("plan.done", { count: done.successful, failed: done.failed }, undo);
    return done;
  }

  /** Who was found in a plan, and for which deliveries nobody. */
  found(plan: Pick<Plan, "assignments" | "failures">): void {
    for (const one of plan.assignments) this.unfound.delete(one.delivery_id);
    for (const one of plan.failures) if (one.reason !== null) this.unfound.add(one.delivery_id);
  }

  async undo(): Promise<void> {
    const notice = this.notice;
    if (notice?.undo == null || this.now() > notice.until) return;
    this.notice = null;
    await notice.undo();
  }

  /** Let go of a notice that was read long enough. */
  forget(): void {
    if (this.notice !== null && this.now() > this.notice.until) this.notice = null;
  }

  dismiss(): void {
    this.notice = null;
    this.onChange();
  }

  fail(error: unknown): void {
    this.notice = { key: null, values: {}, error, undo: null, until: this.now() + UNDO_MS };
    this.onChange();
  }

  async #give(gift: Gift, reason = ""): Promise<void> {
    await this.calls.give(gift.delivery, gift.courier, reason);
    this.onAnswer(gift.delivery, gift.courier);
  }

  async #takeBack(gift: Gift, reason: TakeBackReason, note: string): Promise<void> {
    await this.calls.takeBack(gift.delivery, gift.courier, reason, note);
    this.onAnswer(gift.delivery, null);
  }

  async #undone(gifts: readonly Gift[]): Promise<void> {
    let failed = 0;
    let last: unknown = null;
    for (const gift of gifts) {
      try {
        await this.#takeBack(gift, "mistake", "");
      } catch (error) {
        failed += 1;
        last = error;
      }
    }
    if (failed === 0) this.#say("undo.done", {}, null);
    else if (gifts.length === 1) this.fail(last);
    else this.#say("undo.partly", { count: gifts.length - failed, failed }, null);
  }

  async #during(delivery: number, state: "give.pending" | "take_back.pending", act: () => Promise<void>): Promise<void> {
    if (this.pending.has(delivery)) return; // a second press of the same button
    this.pending.set(delivery, state);
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

  #say(key: NonNullable<Notice["key"]>, values: Notice["values"], undo: Notice["undo"]): void {
    this.notice = { key, values, error: null, undo, until: this.now() + UNDO_MS };
    this.onChange();
  }
}
