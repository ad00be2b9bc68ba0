import { expect, test } from "vitest";
import { Refused, Unreachable } from "../shared/client.ts";
import { Server, done, settled } from "../testing/outboxes.ts";
import type { Action } from "./actions.ts";
import { KeptInMemory } from "./kept.ts";
import { Outbox } from "./outbox.ts";

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
