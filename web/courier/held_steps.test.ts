import { expect, test } from "vitest";
import type { Action, ActionState } from "./actions.ts";
import { cameTo, isUnderWay, placeOf } from "./held_steps.ts";

const step = (number: number, delivery_id: number, state: ActionState, more: Partial<Action> = {}): Action => ({
  number, kind: "deliver", delivery_id, title: "Thamel", key: `${number}`, happened_at: "2026-11-30T10:00:00.000Z", body: {}, state, failures: 0, not_before: 0, refusal: null, ...more,
});

test("what was delivered without network is told as saved, not as done, until the server has it", () => {
  const states = (["saved", "sending", "confirmed"] as const).map((state) => cameTo(7, "deliver", [step(1, 7, state)]));
  expect(states).toEqual(["saved", "sending", "confirmed"]);
  expect(cameTo(7, "deliver", [])).toBe("confirmed"); // the phone forgets what has arrived
});

test("of several parcels at one door the one that is farthest behind says how far all of them are", () => {
  expect(cameTo(7, "deliver", [step(1, 7, "confirmed"), step(2, 8, "saved")])).toBe("saved");
  expect(cameTo(7, "deliver", [step(1, 7, "confirmed"), step(2, 8, "saved", { title: "Patan" })])).toBe("confirmed");
  expect(cameTo(7, "attempts", [step(1, 7, "saved"), step(2, 7, "sending", { kind: "attempts" })])).toBe("sending");
});

test("the place of a step is kept with what it came to, unless somebody took it back or it was refused", () => {
  const held = [step(1, 7, "saved", { kind: "pickup", held_until: 10_000 })];
  expect(isUnderWay(held, [step(1, 7, "sending", { kind: "pickup" })], 5_000)).toBe(true); // sent at once
  expect(isUnderWay(held, [], 10_000)).toBe(true); // the phone forgets what has arrived
  expect(isUnderWay(held, [], 9_999)).toBe(false); // undone, here or in another window
  expect(isUnderWay(held, [step(1, 7, "refused", { kind: "pickup" })], 20_000)).toBe(false);
});

test("a step that was taken back has no place any more, also once its moment would have been over", () => {
  const held = [step(1, 7, "saved", { kind: "pickup", held_until: 10_000 })];
  const seen = placeOf(null, held, held, 1_000);
  expect(seen).toBe(held);
  const undone = placeOf(seen, undefined, [], 5_000);
  expect([undone, placeOf(undone, undefined, [], 11_000)]).toEqual([null, null]);
  expect(placeOf(seen, undefined, [step(1, 7, "confirmed", { kind: "pickup" })], 11_000)).toBe(held);
  const next = [step(2, 8, "saved", { kind: "pickup", held_until: 20_000 })];
  expect(placeOf(held, next, [...held, ...next], 12_000)).toBe(next);
});
