// What a dispatcher changes about deliveries that somebody has, or that wait: one, all of a courier's, or several chosen ones.
import { type Actions, moment } from "./actions.ts";
import { type BulkChange, type BulkResults, type Calls, type CancelReason, MOST_CHANGED, type Moved, type Relief, type Relieved, type Why } from "./calls.ts";
import { type Delivery, type Priority, aboard } from "./frames.ts";
import type { ConsoleKey } from "./words.ts";

type Asks = Pick<Calls, "give" | "takeBack" | "reassign" | "transfer" | "relieve" | "cancel" | "setPriority" | "changeMany" | "hold" | "resume" | "tryAgain">;
type Named = Pick<Delivery, "id" | "tracking_number">;
/** Why it waits, and until when; null: until somebody resumes it. */
type Hold = { reason: string; until: number | null };
type Told = Pick<Delivery, "id" | "tracking_number" | "status" | "transporter_id" | "priority">;

const BACK: Why = { reason: "mistake", note: "" };

export class Changes {
  constructor(
    private readonly calls: Asks,
    private readonly actions: Actions,
    /** Frames come later than answers; whoever changed a priority sees it at once. */
    private readonly onPriority: (delivery: number, priority: Priority) => void,
  ) {}

  /** To another courier; null: to the best of the others. What is aboard is handed on and needs a name. */
  async reassign(delivery: Told, to: number | null, why: Why): Promise<void> {
    const from = delivery.transporter_id;
    if (from === null) return;
    await this.actions.during(delivery.id, "change.pending", async () => {
      const moved = await this.#moved(delivery, from, to, why);
      const taker = moved.assigned_transporter;
      this.actions.say("reassign.done", { number: delivery.tracking_number, name: taker.name }, () =>
        this.actions.undoEach([delivery], () => this.#moved(delivery, taker.id, from, BACK)),
        delivery.id,
      );
    });
  }

  async cancel(delivery: Told, reason: CancelReason, note: string): Promise<void> {
    await this.actions.during(delivery.id, "change.pending", async () => {
      await this.calls.cancel(delivery.id, reason, note);
      this.actions.say("cancel.done", { number: delivery.tracking_number }, null, delivery.id); // a cancelled delivery does not come back
    });
  }

  async setPriority(delivery: Told, priority: Priority): Promise<void> {
    const before = delivery.priority;
    if (before === priority) return;
    await this.actions.during(delivery.id, "change.pending", async () => {
      await this.#prioritise(delivery.id, priority, before);
      this.actions.say("priority.done", { number: delivery.tracking_number }, () =>
        this.actions.undoEach([delivery], () => this.#prioritise(delivery.id, before, priority)),
        delivery.id,
      );
    });
  }

  /** Nobody is given it for a while. Raises what the call raises, as the next two do. */
  async hold(delivery: Named, { reason, until }: Hold): Promise<void> {
    await this.calls.hold(delivery.id, reason, until);
    this.#said("hold.done", delivery, () => this.calls.resume(delivery.id));
  }

  /** `was`: how it was held, where that is known. */
  async resume(delivery: Named, was: Hold | null): Promise<void> {
    await this.calls.resume(delivery.id);
    this.#said("hold.over", delivery, was && (() => this.calls.hold(delivery.id, was.reason, was.until)));
  }

  /** Another time at its door; where none was agreed before, there is none to go back to. */
  async tryAgain(delivery: Named & Pick<Delivery, "next_try">, starts_at: number, ends_at: number): Promise<void> {
    const { id, next_try: before } = delivery;
    await this.calls.tryAgain(id, starts_at, ends_at);
    const ended = before?.ends_at ?? null;
    this.#said("tries.done", delivery, before === null || ended === null ? null : () => this.calls.tryAgain(id, before.starts_at, ended));
  }

  /** All that a courier has not picked up. Raises what the call raises. */
  async relieve(courier: number, name: string, how: Relief): Promise<Relieved> {
    const done = await this.calls.relieve(courier, how);
    const back: (() => Promise<unknown>)[] = [
      ...done.moved.map((one) => () => this.#reassigned(one.delivery_id, one.transporter_id, courier, BACK)),
      ...done.waiting.map((one) => () => this.#given(one.delivery_id, courier)),
    ];
    for (const one of done.moved) this.actions.onAnswer(one.delivery_id, one.transporter_id);
    for (const one of done.waiting) this.actions.onAnswer(one.delivery_id, null);
    // Only the courier itself goes on duty again, and whoever is off duty is given nothing.
    const undo = how.off_duty || back.length === 0 ? null : () => this.actions.undoEach(back, (one) => one());
    this.actions.say("relieve.done", { name, moved: done.moved.length, waiting: done.waiting.length }, undo);
    return done;
  }

  /** The same to each of these. Raises what the call raises. */
  async changeMany(deliveries: readonly Told[], change: BulkChange): Promise<BulkResults> {
    const before = new Map(deliveries.map((one) => [one.id, one]));
    const numbers = [...before.keys()].slice(0, MOST_CHANGED);
    const done = await this.calls.changeMany(numbers, change);
    for (const one of done.changed) {
      if (change.operation === "change_priority") this.onPriority(one.delivery_id, one.priority);
      else if (change.operation !== "cancel") this.actions.onAnswer(one.delivery_id, one.transporter_id);
    }
    const back = done.changed.flatMap((one) => this.#inverse(before.get(one.delivery_id), one, change) ?? []);
    const undo = back.length === 0 ? null : () => this.actions.undoEach(back, (one) => one());
    this.actions.say(done.failed === 0 ? "bulk.done" : "bulk.done.partly", { count: done.successful, failed: done.failed }, undo);
    return done;
  }

  /** Something was done to one; `back`: the call that undoes it, null where there is none. */
  #said(key: ConsoleKey, delivery: Named, back: (() => Promise<unknown>) | null): void {
    const undo = back && (() => this.actions.undoEach([delivery], back));
    this.actions.say(key, { number: delivery.tracking_number }, undo, delivery.id);
  }

  #inverse(was: Told | undefined, is: BulkResults["changed"][number], change: BulkChange): (() => Promise<unknown>) | null {
    if (was === undefined) return null;
    const from = was.transporter_id;
    switch (change.operation) {
      case "unassign":
        return from === null ? null : () => this.#given(was.id, from);
      case "reassign": {
        const holder = is.transporter_id;
        return from === null || holder === null ? null : () => this.#reassigned(was.id, holder, from, BACK);
      }
      case "change_priority":
        return was.priority === is.priority ? null : () => this.#prioritise(was.id, was.priority, is.priority);
      case "cancel":
        return null;
    }
  }

  async #moved(delivery: Told, from: number, to: number | null, why: Why): Promise<Moved> {
    if (to === null || !aboard(delivery)) return this.#reassigned(delivery.id, from, to, why);
    const moved = await this.calls.transfer(delivery.id, from, to, why);
    this.actions.onAnswer(delivery.id, to, moment(moved.estimated_delivery_time));
    return moved;
  }

  async #reassigned(delivery: number, from: number, to: number | null, why: Why): Promise<Moved> {
    const moved = await this.calls.reassign(delivery, from, to, why);
    this.actions.onAnswer(delivery, moved.assigned_transporter.id, moment(moved.estimated_delivery_time));
    return moved;
  }

  async #given(delivery: number, courier: number): Promise<void> {
    const given = await this.calls.give(delivery, courier);
    this.actions.onAnswer(delivery, courier, moment(given.estimated_delivery_time));
  }

  async #prioritise(delivery: number, priority: Priority, before: Priority): Promise<void> {
    await this.calls.setPriority(delivery, priority, before);
    this.onPriority(delivery, priority);
  }
}
