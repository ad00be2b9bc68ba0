import { expect, test } from "vitest";
import { Refused, Unreachable } from "../shared/client.ts";
import { Server, done, settled } from "../testing/outboxes.ts";
import { KeptInMemory } from "./kept.ts";

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
