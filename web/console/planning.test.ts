import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AssignmentPlan, PlanRequest } from "./calls.ts";
import { Planning } from "./planning.ts";
import { plan } from "../testing/plans.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Answers {
  made?: () => Promise<AssignmentPlan>;
  read?: () => Promise<AssignmentPlan>;
  committed?: () => Promise<AssignmentPlan>;
}

function desk(answers: Answers = {}) {
  const asked: PlanRequest[] = [];
  const heard: string[] = [];
  const calls = {
    makePlan: (wanted: PlanRequest) => (asked.push(wanted), answers.made?.() ?? Promise.resolve(plan({ 7: 1 }, { id: asked.length }))),
    plan: (id: number) => answers.read?.() ?? Promise.resolve(plan({ 7: 1 }, { id })),
    commitPlan: (id: number) => answers.committed?.() ?? Promise.resolve(plan({ 7: 1 }, { id, status: "committed", done: 1 })),
  };
  const planning = new Planning(calls, { made: (one) => heard.push(`made ${one.id}`), committed: (one) => heard.push(`committed ${one.id}`), change: () => undefined });
  return { planning, asked, heard };
}

test("a plan is made, changed, made again beside the one before, and committed", async () => {
  const { planning, asked, heard } = desk();
  await planning.begin([7, 8]);
  planning.forbid({ delivery: 7, courier: 1 });
  planning.weigh("rating", 3);
  await planning.again();
  expect(asked[1]).toMatchObject({ forbidden: [{ delivery_id: 7, transporter_id: 1 }], weights: { rating: 3 } });
  expect([planning.before?.id, planning.plan?.id]).toEqual([1, 2]);
  await planning.commit();
  expect([planning.plan?.status, heard]).toEqual(["committed", ["made 1", "made 2", "committed 2"]]);
});

test("an answer that comes after the plan was closed opens nothing", async () => {
  let answer: (made: AssignmentPlan) => void = () => undefined;
  const { planning, heard } = desk({ made: () => new Promise((resolve) => (answer = resolve)) });
  const making = planning.begin([7]);
  planning.close();
  answer(plan({ 7: 1 }));
  await making;
  expect([planning.plan, planning.busy, heard]).toEqual([null, null, []]);
});

test("what was committed is told also where something else is looked at by then", async () => {
  let answer: (done: AssignmentPlan) => void = () => undefined;
  const { planning, heard } = desk({ committed: () => new Promise((resolve) => (answer = resolve)) });
  await planning.begin([7]);
  const committing = planning.commit();
  planning.close();
  answer(plan({ 7: 1 }, { status: "committed", done: 1 }));
  await committing;
  expect(heard).toEqual(["made 1", "committed 1"]);
});

test("while it is committed its progress is looked at, and an answer that is older is left", async () => {
  const reads = [plan({ 7: 1, 8: 2 }, { status: "committing", done: 1 }), plan({ 7: 1, 8: 2 }, { done: 0 })];
  let end: (done: AssignmentPlan) => void = () => undefined;
  const { planning } = desk({
    made: () => Promise.resolve(plan({ 7: 1, 8: 2 })),
    read: () => Promise.resolve(reads.shift() ?? plan({ 7: 1, 8: 2 })),
    committed: () => new Promise((resolve) => (end = resolve)),
  });
  await planning.begin([7, 8]);
  const committing = planning.commit();
  await vi.advanceTimersByTimeAsync(1000);
  expect(planning.plan?.progress.left).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(planning.plan?.progress.left).toBe(1);
  end(plan({ 7: 1, 8: 2 }, { status: "committed", done: 2 }));
  await committing;
  expect(planning.plan?.progress.left).toBe(0);
});

test("a commit that was cut off says why, shows how far it came, and goes on when it is asked again", async () => {
  const cut = new Error("no connection");
  let tries = 0;
  const { planning } = desk({
    read: () => Promise.resolve(plan({ 7: 1, 8: 2 }, { status: "committing", done: 1 })),
    committed: () => (tries++ === 0 ? Promise.reject(cut) : Promise.resolve(plan({ 7: 1, 8: 2 }, { status: "committed", done: 2 }))),
    made: () => Promise.resolve(plan({ 7: 1, 8: 2 })),
  });
  await planning.begin([7, 8]);
  await planning.commit();
  expect([planning.error, planning.plan?.status, planning.busy]).toEqual([cut, "committing", null]);
  await planning.commit();
  expect([planning.error, planning.plan?.status]).toEqual([null, "committed"]);
});

test("what cannot be planned leaves the plan before, with the server's words", async () => {
  const refused = new Error("cannot lock");
  const answers: Answers = {};
  const { planning } = desk(answers);
  await planning.begin([7]);
  answers.made = () => Promise.reject(refused);
  await planning.again();
  expect([planning.error, planning.plan?.id, planning.busy]).toEqual([refused, 1, null]);
});

test("a second press while a plan is made does nothing", async () => {
  const { planning, asked } = desk();
  await Promise.all([planning.begin([7]), planning.again()]);
  expect(asked).toHaveLength(1);
});

test("nothing to plan asks nothing", async () => {
  const { planning, asked } = desk();
  await planning.begin([]);
  expect([asked, planning.opened]).toEqual([[], true]);
});

test("a plan that was asked for before the connection was lost is asked for again, and only its second answer counts", async () => {
  const answers: ((made: AssignmentPlan) => void)[] = [];
  const { planning, asked, heard } = desk({ made: () => new Promise((resolve) => answers.push(resolve)) });
  const first = planning.begin([7]);
  const second = planning.reconnected();
  answers[1]?.(plan({ 7: 1 }, { id: 2 }));
  await second;
  answers[0]?.(plan({ 7: 1 }, { id: 1 }));
  await first;
  expect([asked.length, planning.plan?.id, planning.busy, heard]).toEqual([2, 2, null, ["made 2"]]);
  await planning.reconnected();
  expect(asked.length).toBe(2);
});

test("what is chosen for the next plan while one is made stays chosen", async () => {
  let answer: (made: AssignmentPlan) => void = () => undefined;
  const { planning } = desk({ made: () => new Promise((resolve) => (answer = resolve)) });
  const making = planning.begin([7, 8]);
  answer(plan({ 7: 1, 8: 2 }));
  await making;
  const again = planning.again();
  planning.lock({ delivery: 7, courier: 1 });
  planning.weigh("rating", 3);
  answer(plan({ 7: 2, 8: 1 }, { id: 2 }));
  await again;
  expect([planning.plan?.id, planning.draft.locked.get(7), planning.draft.weights.rating]).toEqual([2, 1, 3]);
});
