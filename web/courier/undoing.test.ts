import { expect, test } from "vitest";
import { Refused } from "../shared/client.ts";
import type { Action } from "./actions.ts";
import { NO_ANSWERS } from "./attempt_answers.ts";
import { KeptInMemory } from "./kept.ts";
import { Outbox } from "./outbox.ts";
import { NO_PROOF, Proofs } from "./proofs.ts";
import { gatheredAgain, undoneOf } from "./undoing.ts";

const PHOTO = "data:image/jpeg;base64,AAAA";
const HOLD_MS = 10;

const WORLD = { now: () => 0, later: () => undefined, cancel: () => undefined, newKey: () => "key", send: async () => undefined, drop: () => undefined, alone: <Result>(_number: number, _waits: boolean, run: () => Promise<Result>) => run(), tell: () => undefined };

/** A phone that may be put out at any step that it forgets. */
class Phone extends KeptInMemory {
  dying = false;

  override async dropAction(number: number): Promise<void> {
    if (this.dying) throw new Error("the phone is out");
    await super.dropAction(number);
  }
}

async function held(kept: Phone): Promise<Outbox> {
  const outbox = new Outbox(kept, WORLD, () => undefined, () => undefined);
  const step = (delivery_id: number) => ({ kind: "deliver" as const, delivery_id, title: "Thamel", happened_at: "2026-11-28T10:00:00.000Z", body: { delivery_photo: PHOTO } });
  await outbox.addAll([step(11), step(12)], HOLD_MS);
  return outbox;
}

test("what a step had gathered is kept before the step is gone, so a phone that goes out in between loses neither", async () => {
  const kept = new Phone();
  const [outbox, proofs] = [await held(kept), new Proofs(kept)];
  kept.dying = true;
  await expect(undoneOf(outbox.actions, outbox, proofs, [])).rejects.toThrow("out");
  expect([(await kept.actions()).length, (await new Proofs(kept).find("deliver", 12)).photo]).toEqual([2, PHOTO]);
});

test("what a full phone cannot keep is gathered anew, and the step that gathered it is taken back all the same", async () => {
  const kept = new Phone();
  const outbox = await held(kept);
  const full = { keep: () => Promise.reject(new DOMException("full", "QuotaExceededError")) };
  expect((await undoneOf(outbox.actions, outbox, full, [])).map((one) => one.delivery_id)).toEqual([11, 12]);
  expect(await kept.actions()).toEqual([]);
});

test("two taps on one undo are one: what it had gathered is there for the next time", async () => {
  const kept = new Phone();
  const [outbox, proofs] = [await held(kept), new Proofs(kept)];
  const [first, second] = await Promise.all([undoneOf(outbox.actions, outbox, proofs, [11, 12]), undoneOf(outbox.actions, outbox, proofs, [11, 12])]);
  expect([first.length, second.length, await kept.actions(), (await proofs.find("deliver", 11)).photo]).toEqual([2, 0, [], PHOTO]);
});

test("what was sent already gathers nothing anew", async () => {
  const kept = new Phone();
  const [outbox, proofs] = [await held(kept), new Proofs(kept)];
  const actions = outbox.actions;
  await outbox.release((one) => one.delivery_id === 11);
  expect((await undoneOf(actions, outbox, proofs, [11, 12])).map((one) => one.delivery_id)).toEqual([12]);
  expect([await proofs.find("deliver", 11), (await proofs.find("deliver", 12)).photo]).toEqual([NO_PROOF, PHOTO]);
});

test("an attempt that is taken back leaves its answers and its photo for the next time", async () => {
  const kept = new Phone();
  const [outbox, proofs] = [await held(kept), new Proofs(kept)];
  const body = { reason: "closed", note: "Shutter down", photo: PHOTO, next_try_at: "2026-11-28T13:00:00.010Z" };
  await outbox.add({ kind: "attempts", delivery_id: 13, title: "Thamel", happened_at: "2026-11-28T10:00:00.000Z", body }, HOLD_MS);
  await undoneOf(outbox.actions, outbox, proofs, []);
  expect(await proofs.find("attempts", 13)).toEqual({ at: 0, reason: "closed", photo: PHOTO, next: "later", note: "Shutter down", far_seen: false });
});

test("whoever had a wrong code finds photo and signature there for some minutes; other refusals, and what is gathered already, leave all as it is", async () => {
  const kept = new Phone();
  const done = Date.parse("2026-11-28T10:00:00.000Z");
  let now = 1_000; // the phone's clock is wrong
  const proofs = new Proofs(kept, () => now);
  const body = { delivery_photo: PHOTO, signature: PHOTO, signed_by: "Maya", relation: "neighbour", code: "1234", age_checked: true };
  const refused = (delivery_id: number, code: string, kind = "deliver"): Action =>
    ({ number: delivery_id, kind, delivery_id, body, happened_at: "2026-11-28T10:00:00.000Z", state: "refused", refusal: { code, detail: "" } }) as unknown as Action;
  const again = (one: Action, server: number, actions: readonly Action[] = [one]): Promise<void> => gatheredAgain(one, actions, proofs, [11, 12, 13, 14, 15, 16], { server, phone: now });
  await proofs.keep("deliver", 15, { ...NO_PROOF, at: 1 }, [11, 15]);
  for (const one of [refused(11, "code_wrong"), refused(12, "no_longer_yours"), refused(15, "code_wrong"), refused(16, "too_far", "attempts")]) await again(one, done + 60_000);
  await again(refused(13, "code_wrong"), done + 3 * 3_600_000); // it was done without network, hours ago
  await again(refused(14, "code_wrong"), done + 60_000, [refused(14, "code_wrong"), { ...refused(14, "", "attempts"), number: 99 }]); // the courier has gone on
  expect(await proofs.find("deliver", 11)).toMatchObject({ ...NO_PROOF, photo: PHOTO, signature: PHOTO, signed_by: "Maya", relation: "neighbour" });
  expect([await proofs.find("deliver", 12), await proofs.find("deliver", 15), await proofs.find("attempts", 16), await proofs.find("deliver", 13), await proofs.find("deliver", 14)]).toEqual([NO_PROOF, { ...NO_PROOF, at: 1 }, NO_ANSWERS, NO_PROOF, NO_PROOF]);
  now += 10 * 60_000;
  expect(await proofs.find("deliver", 11), "others may stand there by then").toEqual(NO_PROOF);
});

test("what another window has finished is not gathered again here", async () => {
  const kept = new Phone();
  const heard: number[] = [];
  let refuses = true;
  const send = async (): Promise<void> => {
    if (refuses) throw new Refused(422, "code_wrong", "wrong", {}, null);
  };
  const open = async (): Promise<Outbox> => {
    const outbox = new Outbox(kept, { ...WORLD, send }, () => undefined, () => undefined, (one) => heard.push(one.number));
    await outbox.start();
    return outbox;
  };
  const step = { kind: "deliver" as const, delivery_id: 11, title: "Thamel", happened_at: "2026-11-28T10:00:00.000Z", body: { delivery_photo: PHOTO } };
  const here = await open();
  await here.add(step);
  await expect.poll(() => here.actions.map((one) => one.state)).toEqual(["refused"]);
  const there = await open();
  expect(heard).toHaveLength(1);
  refuses = false;
  await there.add(step);
  await expect.poll(async () => await kept.actions()).toEqual([]);
  await here.renew();
  expect([here.actions, heard.length]).toEqual([[], 1]);
});
