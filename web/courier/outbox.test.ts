import { expect, test } from "vitest";
import { Refused, Unreachable } from "../shared/client.ts";
import type { Action } from "./actions.ts";
import { KeptInMemory } from "./kept.ts";
import { type NewAction, Outbox } from "./outbox.ts";

const done = (kind: Action["kind"], delivery_id = 1): NewAction => ({ kind, delivery_id, title: "Thamel", happened_at: "2026-11-28T10:00:00.000Z", body: { proof: kind } });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

class Server {
  readonly told: Action[] = [];
  failing: unknown = null;
  readonly later: (() => void)[] = [];
  readonly confirmed: number[] = [];
  now = 0;

  outbox(kept: KeptInMemory): Outbox {
    return new Outbox(
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
      },
      () => undefined,
      (action) => this.confirmed.push(action.number),
    );
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

test("what was refused stays with its proof until somebody has read why, and only then the next is tried", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.failing = new Refused(409, "no_longer_yours", "This delivery is no longer yours.");
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("pickup"));
  await settled();
  await outbox.add(done("deliver"));
  await outbox.add(done("pickup", 2));
  await settled();
  expect(server.told.map((one) => [one.kind, one.delivery_id])).toEqual([["pickup", 1], ["pickup", 2]]);
  expect((await kept.actions())[0]).toMatchObject({ state: "refused", body: { proof: "pickup" } });
  await outbox.dismiss(1);
  await settled();
  expect(server.told.at(-1)?.kind).toBe("deliver");
});

test("what is held is not sent before its time, and what is undone meanwhile never is", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  const outbox = server.outbox(kept);
  await outbox.start();
  await outbox.add(done("pickup"), 10);
  await outbox.add(done("attempts", 2), 10);
  await settled();
  expect([server.told.length, (await kept.actions()).length]).toEqual([0, 2]);
  expect(await outbox.undo(1)).toBe(true);
  server.now = 10;
  outbox.run();
  await settled();
  expect([server.told.map((one) => one.kind), await kept.actions(), await outbox.undo(2)]).toEqual([["attempts"], [], false]);
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
