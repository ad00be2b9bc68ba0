// Sends what was done, in order for each delivery, until the server has confirmed or refused it.
import { type Action, type ActionKind, type Uploads, afterFailure, atStart, due, isHeld, nextTry } from "./actions.ts";
import type { Kept } from "./kept.ts";
import type { Note } from "./pictures_in_parts.ts";

export interface NewAction {
  kind: ActionKind;
  delivery_id: number;
  title: string;
  happened_at: string;
  tried?: number;
  body: Readonly<Record<string, unknown>>;
}

export interface OutboxWorld {
  now(): number;
  later(run: () => void, after_ms: number): unknown;
  cancel(handle: unknown): void;
  newKey(): string;
  /** Tells the server, and notes how far its pictures have come; rejects with what the server or the network said. */
  send(action: Action, note: Note): Promise<void>;
  /** Pictures in parts that no step will name any more. */
  drop(uploads: Uploads): void;
  /** Runs something while no other window of this phone has this action in hand; where one has, after it, or not at all (null) where this one does not wait. */
  alone<Result>(number: number, waits: boolean, run: () => Promise<Result>): Promise<Result | null>;
  /** Other windows are to look at what is kept: it has changed. */
  tell(): void;
}

// Of what is confirmed, so many stay in view until the page is closed.
const SHOWN_CONFIRMED = 5;

export class Outbox {
  #actions: readonly Action[] = [];
  /** Those that somebody took away and the phone is still forgetting: nobody sends them meanwhile. */
  readonly #leaving = new Set<number>();
  #waiting: unknown = null;
  #stopped = false;

  constructor(
    private readonly kept: Kept,
    private readonly world: OutboxWorld,
    private readonly onChange: (actions: readonly Action[]) => void,
    /** The server has taken or refused it, or another window knows what became of it. */
    private readonly onOver: (action: Action) => void,
    /** The server has just refused it, and this window heard so. */
    private readonly onRefused: (action: Action) => void = () => undefined,
  ) {}

  get actions(): readonly Action[] {
    return this.#actions;
  }

  async start(): Promise<void> {
    this.#show((await this.kept.actions()).map((one) => atStart(one, this.world.now())));
    this.run();
  }

  /** Nothing that is not under way is sent from here any more. */
  stop(): void {
    this.#stopped = true;
    this.world.cancel(this.#waiting);
  }

  /** It is kept on the phone once this returns, and sent after `hold_ms`. Whoever goes on with a parcel stands by what was done before. */
  async add(wanted: NewAction, hold_ms = 0): Promise<void> {
    await this.addAll([wanted], hold_ms);
  }

  /** What was done in one go is kept, held until one moment, and sent, as one; where the phone cannot keep it, nothing is. */
  async addAll(wanted: readonly NewAction[], hold_ms = 0): Promise<void> {
    await this.release((one) => wanted.some(({ delivery_id }) => delivery_id === one.delivery_id));
    const held_until = hold_ms === 0 ? 0 : this.world.now() + hold_ms;
    const fresh = wanted.map((one) => ({ ...one, number: 0, key: this.world.newKey(), state: "saved" as const, failures: 0, not_before: 0, held_until, knows: newestRefusal(this.#actions, one), refusal: null }));
    const added = await this.kept.addActions(fresh);
    this.#show([...this.#without(added.map((one) => one.number)), ...added]);
    this.run();
    this.world.tell();
  }

  /** What is held back needs to wait no longer. */
  async release(which: (action: Action) => boolean = () => true): Promise<void> {
    const held = this.#actions.filter((one) => isHeld(one, this.world.now()) && !this.#leaving.has(one.number) && which(one)).map((one) => ({ ...one, held_until: 0 }));
    for (const one of held) this.#replace(one);
    this.run();
    await Promise.all(held.map((one) => this.#keep(one.number, { held_until: 0 })));
  }

  /**
   * Takes back all of these that are still held, at once; answers which of them were, the others may be on their way already, also from
   * another window. `first` keeps of them what must outlive them.
   */
  async undoAll(numbers: readonly number[], first: (held: readonly Action[]) => Promise<void> = async () => undefined): Promise<readonly Action[]> {
    const now = this.world.now();
    const held = this.#actions.filter((one) => numbers.includes(one.number) && isHeld(one, now) && !this.#leaving.has(one.number));
    const undone: Action[] = [];
    await this.#forget(held, () => first(held), async (one) => {
      const gone = await this.world.alone(one.number, false, async () => {
        const kept = await this.kept.action(one.number);
        if (kept === undefined || !isHeld(kept, now)) return false;
        await this.kept.dropAction(one.number);
        return true;
      });
      if (gone === true) undone.push(one);
      return gone === true;
    });
    if (undone.length < held.length) await this.renew();
    return undone;
  }

  /** Somebody has read why it was refused. */
  async dismiss(number: number): Promise<void> {
    await this.#forget([{ number }], async () => undefined, async () => {
      await this.kept.dropAction(number);
      return true;
    });
  }

  /** They are out of sight once the phone has forgotten them: a page that is closed before would find them again, and send them. `drop` says whether it did. */
  async #forget<One extends Pick<Action, "number">>(all: readonly One[], first: () => Promise<void>, drop: (one: One) => Promise<boolean>): Promise<void> {
    for (const { number } of all) this.#leaving.add(number); // first, so that nobody sends one while another goes
    const gone: number[] = [];
    try {
      await first();
      for (const one of all) if (await drop(one)) gone.push(one.number);
    } finally {
      this.#show(this.#without(gone));
      for (const { number } of all) this.#leaving.delete(number);
      this.run(); // also what stays: its time may be over meanwhile
      this.world.tell();
    }
  }

  /** Another window has changed what is kept: what is new there is in view here, what is gone there is gone here. */
  async renew(): Promise<void> {
    const before = this.#actions.map((one) => one.number);
    const kept = await this.kept.actions();
    const stays = this.#actions.filter(({ number, state }) => !before.includes(number) || state === "sending" || state === "confirmed" || kept.some((one) => one.number === number));
    const [gone, numbers] = [this.#actions.filter((one) => !stays.includes(one)), this.#actions.map((one) => one.number)];
    const known = stays.map((one) => kept.find(({ number, state }) => number === one.number && state === "refused" && one.state === "saved") ?? one);
    const fresh = kept.filter((one) => !numbers.includes(one.number)).map((one) => atStart(one, this.world.now()));
    if (gone.length === 0 && fresh.length === 0 && known.every((one, at) => one === stays[at])) return;
    this.#show([...known, ...fresh]);
    for (const one of gone) this.onOver(one);
    this.run();
  }

  /** Try now what waits for its next try: the network is back. */
  hurry(): void {
    this.#show(this.#actions.map((one) => (one.state === "saved" ? { ...one, not_before: 0 } : one)));
    this.run();
  }

  run(): void {
    this.world.cancel(this.#waiting);
    if (this.#stopped) return;
    for (const action of due(this.#actions, this.world.now()).filter((one) => !this.#leaving.has(one.number))) void this.#send(action);
    const wait_ms = nextTry(this.#actions, this.world.now());
    if (wait_ms !== null) this.#waiting = this.world.later(() => this.run(), wait_ms);
  }

  async #send(action: Action): Promise<void> {
    this.#replace({ ...action, state: "sending" }); // before anything is awaited, so that nobody sends it twice
    try {
      await this.world.alone(action.number, true, () => this.#sendAlone(action));
    } catch (error) {
      this.#replace(afterFailure(action, error, this.world.now())); // the phone's own store fails: it is tried again
    }
    this.run();
    this.world.tell();
  }

  async #sendAlone(action: Action): Promise<void> {
    const kept = await this.kept.action(action.number);
    if (kept === undefined || kept.state === "refused") {
      if (kept === undefined) this.#show(this.#without([action.number])); // another window has sent it, or taken it back
      else this.#replace(kept);
      this.onOver(action);
      return;
    }
    let sending: Action = { ...action, uploads: { ...action.uploads, ...kept.uploads }, state: "sending" };
    const note = async (uploads: Uploads): Promise<void> => {
      const came = thereOf(uploads) > thereOf(sending.uploads ?? {});
      sending = { ...sending, uploads, failures: came ? 0 : sending.failures }; // what comes on need not wait long
      this.#replace(sending);
      await this.#keep(action.number, { uploads, failures: sending.failures });
    };
    try {
      await this.world.send(sending, note);
    } catch (error) {
      const { uploads = {}, ...failed } = afterFailure(sending, error, this.world.now());
      const over = failed.state === "refused";
      const left: Action = { ...failed, uploads: over ? {} : uploads };
      await this.#keep(action.number, left);
      this.#replace(left);
      if (over) {
        this.world.drop(uploads);
        this.onRefused(left);
        this.onOver(left);
      }
      return;
    }
    await this.kept.dropAction(action.number);
    const confirmed: Action = { ...sending, state: "confirmed", body: {}, uploads: {} };
    const redone = this.#actions.filter((one) => isDoneBy(one, confirmed)).map((one) => one.number);
    await Promise.all(redone.map((number) => this.kept.dropAction(number).catch(() => undefined)));
    this.#show(this.#without(redone));
    this.#replace(confirmed);
    this.onOver(confirmed);
  }

  /** What has become of one. A phone that is full for hours cannot keep that: what it has kept before is sent from here all the same, and its answer shown. */
  async #keep(number: number, change: Partial<Action>): Promise<void> {
    await this.kept.changeAction(number, change).catch(() => undefined);
  }

  #without(numbers: readonly number[]): readonly Action[] {
    return this.#actions.filter((one) => !numbers.includes(one.number));
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

/** Of the same parcel; 0 where nothing was refused. */
function newestRefusal(actions: readonly Action[], { delivery_id }: NewAction): number {
  return Math.max(0, ...actions.filter((one) => one.delivery_id === delivery_id && one.state === "refused").map((one) => one.number));
}

/** Whether the same step was refused before, and somebody who knew that has taken it in the end. */
function isDoneBy(refused: Action, { delivery_id, kind, knows = 0 }: Action): boolean {
  return refused.state === "refused" && refused.delivery_id === delivery_id && refused.kind === kind && refused.number <= knows;
}

/** So many bytes of all pictures are there. */
function thereOf(uploads: Uploads): number {
  return Object.values(uploads).reduce((sum, one) => sum + one.offset, 0);
}
