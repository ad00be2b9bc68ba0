import { expect, test } from "vitest";
import { Actions, MOST_DONE, UNDO_MS } from "./actions.ts";
import type { AssignmentPlan } from "./calls.ts";

const EXPECTED = "2026-11-28T10:24:00Z";
const GIFT = { delivery: 7, number: "TRK7", courier: 1, name: "Ram" };
function desk(answers: { give?: () => Promise<unknown>; takeBack?: () => Promise<unknown> } = {}) {
  const done: string[] = [];
  let now = 0;
  const calls = {
    give: (delivery: number, courier: number) => (done.push(`give ${delivery} ${courier}`), (answers.give?.() ?? Promise.resolve({ estimated_delivery_time: EXPECTED })) as never),
    takeBack: (delivery: number, courier: number, reason: string) =>
      (done.push(`back ${delivery} ${courier} ${reason}`), (answers.takeBack?.() ?? Promise.resolve({})) as never),
  };
  const answered: Parameters<Actions["onAnswer"]>[] = [];
  const actions = new Actions(calls, () => now, () => undefined, (...answer) => void answered.push(answer));
  return { actions, done, answered, pass: (ms: number) => void (now += ms) };
}

test("what is given can be undone, by taking it back from the same courier", async () => {
  const { actions, done } = desk();
  await actions.give(GIFT);
  expect([actions.notice?.key, actions.pending.size]).toEqual(["give.done", 0]);
  await actions.undo();
  expect(done).toEqual(["give 7 1", "back 7 1 mistake"]);
  expect(actions.notice?.key).toBe("undo.done");
});

test("what is taken back can be undone, by giving it to the same courier", async () => {
  const { actions, done } = desk();
  await actions.takeBack(GIFT, "breakdown", "flat tyre");
  await actions.undo();
  expect(done).toEqual(["back 7 1 breakdown", "give 7 1"]);
});

test("once a parcel is being taken back nothing offers to take it back, whether the server does so or not", async () => {
  let answer: (outcome: Promise<unknown>) => void = () => undefined;
  const asked = () => new Promise<unknown>((resolve) => (answer = resolve));
  const { actions } = desk({ takeBack: asked });
  await actions.give(GIFT);
  expect(actions.notice?.later).toBe(true);
  const taken = actions.takeBack(GIFT, "breakdown", "");
  expect(actions.notices).toEqual([]);
  answer(Promise.resolve({}));
  await taken;
  expect(actions.notices.map((one) => [one.key, one.later])).toEqual([["take_back.done", false]]);
  await actions.give(GIFT);
  const refused = actions.takeBack(GIFT, "breakdown", "");
  answer(Promise.reject(new Error("picked up")));
  await refused;
  expect(actions.notices.map((one) => [one.key, one.later])).toEqual([[null, false]]);
});

test("what is done with another parcel leaves the way back of the one before", async () => {
  const { actions } = desk({ takeBack: () => Promise.reject(new Error("picked up")) });
  await actions.give(GIFT);
  await actions.takeBack({ ...GIFT, delivery: 8 }, "breakdown", "");
  expect(actions.notice?.key).toBe("give.done");
});

test("what the server answered is told at once with when it is expected, and what it refused is not", async () => {
  const { actions, answered } = desk();
  await actions.give(GIFT);
  await actions.undo();
  expect(answered).toEqual([[7, 1, Date.parse(EXPECTED)], [7, null]]);
  const refused = desk({ give: () => Promise.reject(new Error("somebody else was first")) });
  await refused.actions.give(GIFT);
  expect(refused.answered).toEqual([]);
});

test("after ten seconds there is nothing to undo", async () => {
  const { actions, done, pass } = desk();
  await actions.give(GIFT);
  pass(UNDO_MS + 1);
  await actions.undo();
  actions.forget();
  expect([done, actions.notice]).toEqual([["give 7 1"], null]);
});

test("a second press while an answer is awaited does nothing", async () => {
  const { actions, done } = desk();
  await Promise.all([actions.give(GIFT), actions.give(GIFT)]);
  expect(done).toEqual(["give 7 1"]);
});

test("a refusal is shown and nothing is pending any more", async () => {
  const refused = new Error("Sita has it");
  const { actions } = desk({ give: () => Promise.reject(refused) });
  await actions.give(GIFT);
  expect([actions.told?.error, actions.told?.undo, actions.pending.size]).toEqual([refused, null, 0]);
});

test("what a plan gave is taken back parcel by parcel, and what could not be is said", async () => {
  let failures = 1;
  const { actions, done } = desk({ takeBack: () => (failures-- > 0 ? Promise.reject(new Error("picked up")) : Promise.resolve({})) });
  const plan = { progress: { assigned: 2, refused: [] }, left_out: [{ delivery_id: 9, reason: "too far" }] } as unknown as AssignmentPlan;
  actions.committed(plan, [GIFT, { ...GIFT, delivery: 8, courier: 3 }]);
  expect([actions.notice?.key, actions.notice?.values, [...actions.unfound]]).toEqual(["plan.done", { count: 2, failed: 0 }, [9]]);
  await actions.undo();
  expect(done).toEqual(["back 7 1 mistake", "back 8 3 mistake"]);
  expect([actions.notice?.key, actions.notice?.values]).toEqual(["undo.partly", { count: 1, failed: 1 }]);
});

test("a plan that gave more than can be taken back one by one is not undone in one go", () => {
  const { actions } = desk();
  const plan = { progress: { assigned: 501, refused: [] }, left_out: [] } as unknown as AssignmentPlan;
  actions.committed(plan, Array.from({ length: 501 }, (_, delivery) => ({ ...GIFT, delivery })));
  expect(actions.notice?.undo).toBeNull();
});

test("what is said after an act takes nothing of its way back: not what is no act, and not what could not be done", async () => {
  const { actions, done, pass } = desk({ takeBack: () => Promise.reject(new Error("picked up")) });
  const back: string[] = [];
  await actions.give(GIFT);
  pass(1_000);
  actions.tell("bulk.unticked", { count: 2 }, async () => void back.push("ticked"));
  expect(actions.notices.map((one) => one.key)).toEqual(["bulk.unticked", "give.done"]);
  await actions.undo();
  expect([back, done]).toEqual([["ticked"], ["give 7 1"]]);
  await actions.takeBack({ ...GIFT, delivery: 8 }, "mistake", "");
  expect(actions.notices.map((one) => one.key)).toEqual([null, "give.done"]);
  await actions.undo();
  expect(done.at(-1)).toBe("back 7 1 mistake");
});

test("each notice is let go by itself, and the next act says what is so then", async () => {
  const { actions, pass } = desk();
  await actions.give(GIFT);
  pass(1_000);
  actions.tell("bulk.kept", { count: 2 });
  pass(UNDO_MS - 500);
  actions.forget();
  expect(actions.notices.map((one) => one.key)).toEqual(["bulk.kept"]);
  await actions.give({ ...GIFT, delivery: 8 });
  expect(actions.notices.map((one) => one.key)).toEqual(["give.done"]);
  actions.tell("bulk.kept", { count: 2 });
  actions.dismiss(actions.notices[1]!);
  expect(actions.notices.map((one) => one.key)).toEqual(["bulk.kept"]);
});

test("what was done is remembered with the parcel that it was done to, the newest first, and not without end", async () => {
  const { actions, pass } = desk();
  await actions.give(GIFT);
  pass(1_000);
  await actions.takeBack(GIFT, "mistake", "");
  expect(actions.done.map(({ key, delivery, at }) => [key, delivery, at])).toEqual([["take_back.done", 7, 1_000], ["give.done", 7, 0]]);
  for (let turn = 0; turn < MOST_DONE; turn += 1) actions.say("undo.done", {}, null);
  expect(actions.done).toHaveLength(MOST_DONE);
});
