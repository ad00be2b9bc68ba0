// Sends what was done, in order for each delivery, until the server has confirmed or refused it.
import { type Action, type ActionKind, afterFailure, atStart, due, isHeld, nextTry } from "./actions.ts";
import type { Kept } from "./kept.ts";

export interface NewAction {
  kind: ActionKind;
  delivery_id: number;
  title: string;
  happened_at: string;
  body: Readonly<Record<string, unknown>>;
}

export interface OutboxWorld {
  now(): number;
  later(run: () => void, after_ms: number): unknown;
  cancel(handle: unknown): void;
  newKey(): string;
  /** Tells the server; rejects with what the server or the network said. */
  send(action: Action): Promise<void>;
}

// Of what is confirmed, so many stay in view until the page is closed.
const SHOWN_CONFIRMED = 5;

export class Outbox {
  #actions: readonly Action[] = [];
  #waiting: unknown = null;

  constructor(
    private readonly kept: Kept,
    private readonly world: OutboxWorld,
    private readonly onChange: (actions: readonly Action[]) => void,
    private readonly onConfirmed: (action: Action) => void,
  ) {}

  get actions(): readonly Action[] {
    return this.#actions;
  }

  async start(): Promise<void> {
    this.#show((await this.kept.actions()).map((one) => atStart(one, this.world.now())));
    this.run();
  }

  stop(): void {
    this.world.cancel(this.#waiting);
  }

  /** It is kept on the phone once this returns, and sent after `hold_ms`. Whoever goes on with a parcel stands by what was done before. */
  async add(wanted: NewAction, hold_ms = 0): Promise<void> {
    await this.release((one) => one.delivery_id === wanted.delivery_id);
    const held_until = hold_ms === 0 ? 0 : this.world.now() + hold_ms;
    const fresh = { ...wanted, number: 0, key: this.world.newKey(), state: "saved" as const, failures: 0, not_before: 0, held_until, refusal: null };
    const action = await this.kept.addAction(fresh);
    this.#show([...this.#actions, action]);
    this.run();
  }

  /** What is held back needs to wait no longer. */
  async release(which: (action: Action) => boolean = () => true): Promise<void> {
    const held = this.#actions.filter((one) => isHeld(one, this.world.now()) && which(one)).map((one) => ({ ...one, held_until: 0 }));
    for (const one of held) this.#replace(one);
    this.run();
    await Promise.all(held.map(async (one) => (this.#actions.some(({ number, state }) => number === one.number && state === "saved") ? this.kept.putAction(one) : undefined)));
  }

  /** Takes back what is still held; false where it may be on its way already. */
  async undo(number: number): Promise<boolean> {
    const action = this.#actions.find((one) => one.number === number);
    if (action === undefined || !isHeld(action, this.world.now())) return false;
    await this.dismiss(number);
    return true;
  }

  /** Somebody has read why it was refused. */
  async dismiss(number: number): Promise<void> {
    this.#show(this.#actions.filter((one) => one.number !== number)); // first, so that nobody sends it meanwhile
    await this.kept.dropAction(number);
    this.run();
  }

  /** Try now what waits for its next try: the network is back. */
  hurry(): void {
    this.#show(this.#actions.map((one) => (one.state === "saved" ? { ...one, not_before: 0 } : one)));
    this.run();
  }

  run(): void {
    this.world.cancel(this.#waiting);
    for (const action of due(this.#actions, this.world.now())) void this.#send(action);
    const wait_ms = nextTry(this.#actions, this.world.now());
    if (wait_ms !== null) this.#waiting = this.world.later(() => this.run(), wait_ms);
  }

  async #send(action: Action): Promise<void> {
    const sending = { ...action, state: "sending" as const };
    this.#replace(sending); // before anything is awaited, so that nobody sends it twice
    try {
      await this.world.send(sending);
    } catch (error) {
      const failed = afterFailure(sending, error, this.world.now());
      await this.kept.putAction(failed);
      this.#replace(failed);
      this.run();
      return;
    }
    await this.kept.dropAction(action.number);
    const confirmed = { ...sending, state: "confirmed" as const, body: {} };
    this.#replace(confirmed);
    this.onConfirmed(confirmed);
    this.run();
  }

  #replace(action: Action): void {
    this.#show(this.#actions.map((one) => (one.number === action.number ? action : one)));
  }

  #show(actions: readonly Action[]): void {
    const over = actions.filter((one) => one.state === "confirmed").slice(0, -SHOWN_CONFIRMED);
    this.#actions = actions.filter((one) => !over.includes(one));
    this.onChange(this.#actions);
  }
}
