import { expect, test } from "vitest";
import { Unreachable } from "../shared/client.ts";
import { Server, done, settled, undone } from "../testing/outboxes.ts";
import type { Action } from "./actions.ts";
import { KeptInMemory } from "./kept.ts";
import { Outbox } from "./outbox.ts";

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
