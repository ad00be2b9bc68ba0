import { expect, test } from "vitest";
import type { AssignmentPlan } from "./calls.ts";
import { differences, isChanged } from "./plan_differences.ts";
import { EVEN, MOST_PLANNED, MOST_WEIGHT, banTurned, draftFor, draftOf, isForbidden, lockTurned, requestOf } from "./plans.ts";
import { plan } from "../testing/plans.ts";

const PAIR = { delivery: 7, courier: 1 };

test("a plan that was loaded again is asked for as it was: deliveries, kept and forbidden pairs, weights", () => {
  const answer = plan({ 7: 1, 8: 2 }, { locked: [7], forbidden: [[9, 1]], left_out: [9] });
  const draft = draftOf(answer);
  expect(requestOf(draft)).toEqual({
    delivery_ids: [7, 8, 9],
    locked: [{ delivery_id: 7, transporter_id: 1 }],
    forbidden: [{ delivery_id: 9, transporter_id: 1 }],
    weights: EVEN,
  });
  expect(isChanged(draft, answer)).toBe(false);
});

test("weights beyond the sliders keep their ratios", () => {
  const heavy: AssignmentPlan = { ...plan({}), weights: { distance: 1000, rating: 500, capacity: 0, workload: 250 } };
  expect(draftOf(heavy).weights).toEqual({ distance: MOST_WEIGHT, rating: MOST_WEIGHT / 2, capacity: 0, workload: MOST_WEIGHT / 4 });
});

test("a pair is kept or forbidden and never both; a second press takes it back", () => {
  const kept = lockTurned(draftFor([7]), PAIR);
  expect([kept.locked.get(7), kept.forbidden]).toEqual([1, []]);
  const banned = banTurned(kept, PAIR);
  expect([banned.locked.size, isForbidden(banned, PAIR)]).toEqual([0, true]);
  expect(isForbidden(lockTurned(banned, PAIR), PAIR)).toBe(false);
  expect(banTurned(banned, PAIR).forbidden).toEqual([]);
  expect(lockTurned(kept, PAIR).locked.size).toBe(0);
});

test("to forbid another courier leaves what is kept", () => {
  const draft = banTurned(lockTurned(draftFor([7]), PAIR), { delivery: 7, courier: 2 });
  expect([draft.locked.get(7), draft.forbidden]).toEqual([1, [{ delivery: 7, courier: 2 }]]);
});

test("whatever is changed about a plan shows as not planned yet", () => {
  const answer = plan({ 7: 1 });
  const draft = draftOf(answer);
  for (const changed of [lockTurned(draft, { ...PAIR, courier: 2 }), banTurned(draft, PAIR), { ...draft, weights: { ...EVEN, rating: 0 } }]) expect(isChanged(changed, answer)).toBe(true);
  expect(isChanged(lockTurned(lockTurned(draft, PAIR), PAIR), answer)).toBe(false);
});

test("to keep a pair that the plan has anyway leaves it as it can be given, and to let go of one that it was made with does not", () => {
  expect(isChanged(lockTurned(draftOf(plan({ 7: 1 })), PAIR), plan({ 7: 1 }))).toBe(false);
  const made = plan({ 7: 1 }, { locked: [7] });
  expect(isChanged(lockTurned(draftOf(made), PAIR), made)).toBe(true);
});

test("planning again tells who had it before, what is new and what nobody gets any more", () => {
  const { moved, lost } = differences(plan({ 7: 1, 8: 2, 9: 3 }), plan({ 7: 1, 8: 3, 10: 2 }));
  expect([[...moved], lost]).toEqual([[[8, 2], [10, null]], [9]]);
  expect(differences(null, plan({ 7: 1 })).moved.size).toBe(0);
});

test("of more deliveries than the API takes by name all that wait are planned", () => {
  const many = Array.from({ length: MOST_PLANNED + 1 }, (_, at) => at + 1);
  expect(requestOf(draftFor(many)).delivery_ids).toBeUndefined();
  expect(requestOf(draftFor(many.slice(1))).delivery_ids).toHaveLength(MOST_PLANNED);
});
