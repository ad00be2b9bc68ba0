import { expect, test } from "vitest";
import { Refused, Unreachable } from "../shared/client.ts";
import type { Action } from "./actions.ts";
import { KeptInMemory } from "./kept.ts";
import { type NewAction, Outbox } from "./outbox.ts";

const done = (kind: Action["kind"], delivery_id = 1): NewAction => ({ kind, delivery_id, title: "Thamel", happened_at: "2026-11-28T10:00:00.000Z", body: { proof: kind } });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

const undone = async (outbox: Outbox, numbers: readonly number[]): Promise<number[]> => (await outbox.undoAll(numbers)).map((one) => one.number);

class Server {
  readonly told: Action[] = [];
  failing: unknown = null;
  readonly later: (() => void)[] = [];
  readonly confirmed: number[] = [];
  readonly refused: number[] = [];
  now = 0;
  /** Those that hear of each other. */
  readonly windows: Outbox[] = [];
  readonly #locks = new Map<number, Promise<void>>();

  outbox(kept: KeptInMemory): Outbox {
    const made: Outbox = new Outbox(
      kept,
      {
        now: () => this.now,
        later: (run) => this.later.push(run),
        cancel: () => undefined,
        newKey: () => `key-${this.told.length}-${Math.random()}`,
        send: async (action) => {
          this.told.push(action);
          if (this.failing !== null) throw this.failing;
        },
        drop: () => undefined,
        alone: (number, waits, run) => this.#alone(number, waits, run),
        tell: () => this.windows.filter((one) => one !== made).forEach((one) => void one.renew()),
      },
      () => undefined,
      (action) => (action.state === "refused" ? this.refused : this.confirmed).push(action.number),
    );
    return made;
  }

  /** As a browser's locks: one after another. */
  async #alone<Result>(number: number, waits: boolean, run: () => Promise<Result>): Promise<Result | null> {
    const before = this.#locks.get(number);
    if (before !== undefined && !waits) return null;
    const turn = (before ?? Promise.resolve()).then(run);
    const free = turn.then(() => undefined, () => undefined);
    this.#locks.set(number, free);
    void free.then(() => this.#locks.get(number) === free && this.#locks.delete(number));
    return await turn;
  }
}

test("what is done with a network is confirmed and forgotten by the phone", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("pickup"));
  await settled();
  expect([server.confirmed, outbox.actions.map((one) => one.state), await kept.actions()]).toEqual([[1], ["confirmed"], []]);
});

test("without network actions wait in order, and a repeat bears the same key and time", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.failing = new Unreachable("no connection");
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("pickup"));
  await outbox.add(done("deliver"));
  await settled();
  expect(server.told.map((one) => one.kind)).toEqual(["pickup"]);
  server.failing = null;
  outbox.hurry();
  await settled();
  expect(server.told.map((one) => one.kind)).toEqual(["pickup", "pickup", "deliver"]);
  expect(server.told[1]).toMatchObject({ key: server.told[0]?.key, happened_at: "2026-11-28T10:00:00.000Z" });
});

test("a page that is opened anew goes on with what the last one has kept", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.failing = new Unreachable("no connection");
  const before = server.outbox(kept);
  await before.start();
  await before.add(done("pickup"));
  await settled();
  server.failing = null;
  await server.outbox(kept).start();
  await settled();
  expect([server.confirmed, await kept.actions()]).toEqual([[1], []]);
});

test("what was refused stays with its proof until somebody has read why, and only then is tried what had been done on the strength of it", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.failing = new Unreachable("no connection");
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("pickup"));
  await outbox.add(done("deliver"));
  await outbox.add(done("pickup", 2));
  await settled();
  server.failing = new Refused(409, "no_longer_yours", "This delivery is no longer yours.");
  server.told.length = 0;
  outbox.hurry();
  await settled();
  expect(server.told.map((one) => [one.kind, one.delivery_id])).toEqual([["pickup", 1], ["pickup", 2]]);
  expect(server.refused, "the page asks how it stands").toEqual([1, 3]);
  expect((await kept.actions())[0]).toMatchObject({ state: "refused", body: { proof: "pickup" } });
  await outbox.dismiss(1);
  await settled();
  expect(server.told.at(-1)?.kind).toBe("deliver");
});

test("a step that is taken once a refusal of it is known is sent though nobody has put that aside, also by a page that is opened anew, and that is over then", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.failing = new Refused(422, "code_wrong", "This is not the customer's code.");
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("deliver"));
  await settled();
  server.failing = new Unreachable("no connection");
  await outbox.add(done("deliver"));
  await settled();
  server.failing = null;
  const anew = server.outbox(kept);
  await anew.start();
  await settled();
  expect([server.confirmed, anew.actions.map((one) => [one.number, one.state]), await kept.actions()]).toEqual([[2], [[2, "confirmed"]], []]);
});

test("another step of a parcel is sent as well once a refusal is known, and leaves that to be read", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.failing = new Refused(422, "code_locked", "The customer's code is locked.");
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("deliver"));
  await settled();
  server.failing = null;
  await outbox.add(done("attempts"));
  await settled();
  expect([server.confirmed, (await kept.actions()).map((one) => [one.number, one.state])]).toEqual([[2], [[1, "refused"]]]);
});

test("what is held is not sent before its time, and what is undone meanwhile never is", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("pickup"), 10);
  await outbox.add(done("attempts", 2), 10);
  await settled();
  expect([server.told.length, (await kept.actions()).length]).toEqual([0, 2]);
  expect(await undone(outbox, [1])).toEqual([1]);
  server.now = 10;
  outbox.run();
  await settled();
  expect([server.told.map((one) => one.kind), await kept.actions(), await undone(outbox, [2])]).toEqual([["attempts"], [], []]);
});

test("what is held survives a page that is opened anew, is held no longer than before, and goes at once where somebody goes on", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  await server.outbox(kept).add(done("pickup"), 10);
  const outbox = server.outbox(kept);
  await outbox.start();
  await settled();
  expect(server.told).toEqual([]);
  await outbox.add(done("deliver"), 10);
  await settled();
  expect(server.told.map((one) => one.kind)).toEqual(["pickup"]);
  await outbox.release();
  await settled();
  expect([server.told.map((one) => one.kind), await kept.actions()]).toEqual([["pickup", "deliver"], []]);
});

/** A phone that needs a moment for all that it keeps; meanwhile time passes. */
class SlowKept extends KeptInMemory {
  constructor(private readonly meanwhile: () => void) {
    super();
  }

  override async addActions(actions: readonly Action[]): Promise<Action[]> {
    this.meanwhile();
    return await super.addActions(actions);
  }

  override async dropAction(number: number): Promise<void> {
    this.meanwhile();
    await super.dropAction(number);
  }
}

test("what was done in one go is held until one moment, and undone as one however long the phone takes for it", async () => {
  const server = new Server();
  let outbox: Outbox | null = null;
  const kept = new SlowKept(() => {
    server.now += 4;
    outbox?.run();
  });
  outbox = server.outbox(kept);
  await outbox.addAll([done("deliver", 1), done("deliver", 2), done("deliver", 3)], 20);
  expect(new Set(outbox.actions.map((one) => one.held_until)).size).toBe(1);
  server.now = 19;
  expect(await undone(outbox, [3, 2, 1])).toEqual([1, 2, 3]);
  await settled();
  expect([server.told, await kept.actions(), outbox.actions]).toEqual([[], [], []]);
});

test("what is undone is out of sight once the phone has forgotten it, and not before: a page that is closed in between says nothing untrue", async () => {
  const server = new Server();
  const seen: number[][] = [];
  let outbox: Outbox | null = null;
  const kept = new SlowKept(() => seen.push(outbox?.actions.map((one) => one.number) ?? []));
  outbox = server.outbox(kept);
  await outbox.addAll([done("deliver", 1), done("deliver", 2)], 20);
  seen.length = 0;
  await outbox.undoAll([1, 2]);
  expect([seen, outbox.actions, server.told]).toEqual([[[1, 2], [1, 2]], [], []]);
});

test("what could not be undone before its time was over is sent then", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const outbox = server.outbox(kept);
  await outbox.add(done("deliver"), 10);
  const undoing = outbox.undoAll([1], async () => {
    server.now = 10;
    outbox.run(); // its time is over while it goes
    throw new DOMException("lost", "InvalidStateError");
  });
  await expect(undoing).rejects.toThrow("lost");
  await settled();
  expect([server.confirmed, await kept.actions()]).toEqual([[1], []]);
});

test("what is undone cannot be sent at once while it goes, nor be undone twice", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const outbox = server.outbox(kept);
  await outbox.addAll([done("deliver", 1)], 20);
  const [first, second] = await Promise.all([undone(outbox, [1]), undone(outbox, [1]), outbox.release()]);
  await settled();
  expect([first, second, server.told, await kept.actions()]).toEqual([[1], [], [], []]);
});

test("where one of a go was sent already the others are undone, and it is told which were", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const outbox = server.outbox(kept);
  await outbox.addAll([done("deliver", 1), done("deliver", 2), done("deliver", 3)], 10);
  await outbox.release((one) => one.number === 2);
  await settled();
  expect(await undone(outbox, [1, 2, 3])).toEqual([1, 3]);
  expect([server.told.map((one) => one.delivery_id), await kept.actions()]).toEqual([[2], []]);
});

test("a network that lets only small requests through is tried more and more rarely, until more of a picture is there", async () => {
  const tries: number[] = [];
  let offset = 0;
  const kept = new KeptInMemory();
  const outbox = new Outbox(
    kept,
    {
      now: () => 0,
      later: () => null,
      cancel: () => undefined,
      newKey: () => "key",
      send: async (action, note) => {
        tries.push(action.failures);
        await note({ delivery_photo: { id: "1", offset, length: 100 } });
        throw new Unreachable("no connection");
      },
      drop: () => undefined,
      alone: (_number, _waits, run) => run(),
      tell: () => undefined,
    },
    () => undefined,
    () => undefined,
  );
  await outbox.add(done("deliver"));
  for (const there of [0, 0, 50, 50, 50]) {
    await settled();
    offset = there;
    outbox.hurry();
  }
  await settled();
  expect(tries).toEqual([0, 1, 2, 3, 1, 2]);
});

test("what one window has taken back no other window sends, whether it has heard of it or not", async () => {
  for (const hear of [true, false]) {
    const [server, kept] = [new Server(), new KeptInMemory()];
    const [one, other] = [server.outbox(kept), server.outbox(kept)];
    if (hear) server.windows.push(one, other);
    await one.add(done("deliver"), 10);
    await other.start();
    expect(await undone(one, [1])).toEqual([1]);
    await settled();
    expect(other.actions.length, "what it shows").toBe(hear ? 0 : 1);
    server.now = 10;
    other.run();
    await settled();
    expect([server.told, await kept.actions(), other.actions]).toEqual([[], [], []]);
  }
});

test("what one window sends another neither sends, nor takes back, nor brings back into the store", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const [one, other] = [server.outbox(kept), server.outbox(kept)];
  await one.add(done("deliver"), 10);
  await other.start();
  await one.release();
  expect(await undone(other, [1]), "while it is sent").toEqual([]);
  await settled();
  expect([server.told.length, await undone(other, [1])]).toEqual([1, []]);
  await one.add(done("deliver", 2), 10);
  await other.renew();
  await one.release();
  await settled();
  await other.release();
  await settled();
  expect([server.told.map((told) => told.delivery_id), await kept.actions()]).toEqual([[1, 2], []]);
});

test("what another window has done is in view here and sent from here where that window is gone", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const [one, other] = [server.outbox(kept), server.outbox(kept)];
  server.windows.push(other);
  await other.start();
  server.failing = new Unreachable("no connection");
  await one.add(done("deliver"));
  await settled();
  one.stop();
  expect(other.actions.map((action) => action.state)).toEqual(["saved"]);
  server.failing = null;
  other.hurry();
  await settled();
  expect([server.confirmed, await kept.actions()]).toEqual([[1], []]);
});

/** A phone whose store is full, or was taken away, so often. */
class FullKept extends KeptInMemory {
  fails = 0;

  override async addActions(actions: readonly Action[]): Promise<Action[]> {
    if (this.fails-- > 0) throw new DOMException("full", "QuotaExceededError");
    return await super.addActions(actions);
  }

  override async changeAction(number: number, change: Partial<Action>): Promise<void> {
    if (this.fails-- > 0) throw new DOMException("full", "QuotaExceededError");
    await super.changeAction(number, change);
  }

  override async action(number: number): Promise<Action | undefined> {
    if (this.fails-- > 0) throw new DOMException("lost", "InvalidStateError");
    return await super.action(number);
  }
}

test("what the phone cannot keep is not shown as saved, and a store that fails for a moment stops nothing for good", async () => {
  const [server, kept] = [new Server(), new FullKept()];
  const outbox = server.outbox(kept);
  kept.fails = 1;
  await expect(outbox.addAll([done("deliver"), done("deliver", 2)])).rejects.toThrow("full");
  expect([outbox.actions, await kept.actions()]).toEqual([[], []]);
  await outbox.add(done("deliver"), 10);
  [kept.fails, server.now] = [1, 10];
  outbox.run();
  await settled();
  expect(outbox.actions.map((one) => one.state)).toEqual(["saved"]);
  outbox.hurry();
  await settled();
  expect(server.confirmed).toEqual([1]);
});

test("what somebody stands by is sent at once, also where the phone cannot keep that it is", async () => {
  const [server, kept] = [new Server(), new FullKept()];
  const outbox = server.outbox(kept);
  await outbox.add(done("deliver"), 10);
  kept.fails = 1;
  const now = outbox.release();
  kept.fails = 1;
  await now;
  await settled();
  outbox.hurry();
  await settled();
  expect(server.confirmed).toEqual([1]);
});

/** A phone that is full: it reads and forgets, and writes nothing more. */
class StillFullKept extends KeptInMemory {
  override async changeAction(): Promise<void> {
    throw new DOMException("full", "QuotaExceededError");
  }
}

test("a phone that stays full sends what it had kept before, goes on with its pictures, and shows what was refused", async () => {
  const begun: (string | undefined)[] = [];
  const answers: (Error | null)[] = [new Unreachable("no connection"), null, new Refused(409, "no_longer_yours", "This delivery is no longer yours.")];
  const [kept, dropped]: [KeptInMemory, string[]] = [new StillFullKept(), []];
  const outbox = new Outbox(
    kept,
    {
      now: () => 0,
      later: () => null,
      cancel: () => undefined,
      newKey: () => "key",
      send: async ({ uploads }, note) => {
        begun.push(uploads?.["delivery_photo"]?.id);
        await note({ delivery_photo: { id: "7", offset: 50, length: 100 } });
        const answer = answers.shift() ?? null;
        if (answer !== null) throw answer;
      },
      drop: (uploads) => dropped.push(...Object.values(uploads).map((one) => one.id)),
      alone: (_number, _waits, run) => run(),
      tell: () => undefined,
    },
    () => undefined,
    () => undefined,
  );
  await outbox.add(done("deliver"));
  await settled();
  outbox.hurry();
  await settled();
  expect([begun, outbox.actions.map((one) => one.state), await kept.actions()]).toEqual([[undefined, "7"], ["confirmed"], []]);
  await outbox.add(done("deliver", 2));
  await settled();
  expect([outbox.actions.map((one) => one.state), dropped]).toEqual([["confirmed", "refused"], ["7"]]);
});
