import { expect, test } from "vitest";
import { Refused, Unreachable } from "../shared/client.ts";
import { type Action, HOLD_MS, afterFailure, atStart, due, isHeld, nextTry, requestOf, unconfirmed } from "./actions.ts";

const action = (number: number, some: Partial<Action> = {}): Action => ({
  number,
  kind: "pickup",
  delivery_id: 1,
  title: "Thamel",
  key: `key-${number}`,
  happened_at: "2026-11-28T10:00:00.000Z",
  body: { latitude: 27.7 },
  state: "saved",
  failures: 0,
  not_before: 0,
  refusal: null,
  ...some,
});
const numbers = (actions: readonly Action[]): number[] => actions.map((one) => one.number);
const HALF = (): number => 0;

test("of each delivery the oldest goes first, and deliveries do not wait for each other", () => {
  const actions = [action(3, { delivery_id: 2 }), action(2, { kind: "deliver" }), action(1)];
  expect(numbers(due(actions, 0))).toEqual([1, 3]);
  expect(numbers(due([action(1, { state: "confirmed" }), action(2)], 0))).toEqual([2]);
});

test("what is being sent, waits or was refused holds up what came after it, and only that", () => {
  for (const first of [action(1, { state: "sending" }), action(1, { state: "refused" }), action(1, { not_before: 5 })]) {
    expect(numbers(due([first, action(2, { kind: "deliver" }), action(3, { delivery_id: 2 })], 4))).toEqual([3]);
  }
  const refused = action(1, { state: "refused" });
  expect(numbers(due([refused, action(2, { knows: 1 }), action(3, { knows: 1 })], 0)), "done once it was known").toEqual([2]);
  expect(numbers(due([refused, action(2, { state: "refused", knows: 1 }), action(3, { knows: 1 })], 0)), "knows only the first").toEqual([]);
});

test("the next try is that of whoever may be tried first", () => {
  expect(nextTry([action(1, { not_before: 900 }), action(2, { not_before: 500 }), action(3)], 400)).toBe(100);
  expect(nextTry([action(1), action(2, { state: "refused", not_before: 900 })], 400)).toBeNull();
});

test("without network it is tried again, later each time, under the same key", () => {
  const once = afterFailure(action(1), new Unreachable("no connection"), 1_000, HALF);
  expect(once).toMatchObject({ state: "saved", failures: 1, not_before: 1_500, key: "key-1" });
  expect(afterFailure(once, new Unreachable("no connection"), 2_000, HALF)).toMatchObject({ failures: 2, not_before: 3_000 });
});

test.each([401, 408, 425, 429, 500, 503])("an answer %i means not now", (status) => {
  expect(afterFailure(action(1), new Refused(status, "", "no"), 0, HALF)).toMatchObject({ state: "saved", refusal: null });
});

test("a server that says when is asked no earlier", () => {
  expect(afterFailure(action(1), new Refused(503, "unavailable", "later", {}, 20), 1_000, HALF).not_before).toBe(21_000);
});

test("the first try that is still being answered is no refusal, a conflict is, with the server's words", () => {
  expect(afterFailure(action(1), new Refused(409, "request_in_flight", "wait"), 0, HALF).state).toBe("saved");
  const refused = afterFailure(action(1), new Refused(409, "no_longer_yours", "This delivery is no longer yours."), 0);
  expect(refused).toMatchObject({ state: "refused", refusal: { code: "no_longer_yours", detail: "This delivery is no longer yours." } });
  expect(refused.body).toEqual({ latitude: 27.7 });
});

test("a page that was closed in the midst of sending sends it again", () => {
  expect(atStart(action(1, { state: "sending", not_before: 9 }), 0)).toMatchObject({ state: "saved", not_before: 0 });
  expect(atStart(action(1, { state: "refused" }), 0).state).toBe("refused");
});

test("what is not confirmed counts, refused ones too", () => {
  expect(unconfirmed([action(1, { state: "confirmed" }), action(2), action(3, { state: "refused" }), action(4, { state: "sending" })])).toBe(3);
});

test("the server is told with the time at which it happened", () => {
  expect(requestOf(action(1, { kind: "deliver", delivery_id: 7 }))).toEqual({
    path: "/api/deliveries/7/deliver/",
    body: { latitude: 27.7, happened_at: "2026-11-28T10:00:00.000Z" },
    key: "key-1",
  });
});

test("a step that is held goes once its time has come, also after the page was opened anew and the clock put back", () => {
  const held = action(1, { held_until: 5_000 });
  expect([due([held], 4_999), nextTry([held], 4_000), numbers(due([held], 5_000))]).toEqual([[], 1_000, [1]]);
  expect(atStart(held, 1_000).held_until).toBe(5_000);
  expect(atStart(action(1, { held_until: 9_000_000 }), 0).held_until).toBe(HOLD_MS);
});

test("only what was not tried yet can be undone", () => {
  const held = action(1, { held_until: 5_000 });
  expect([held, { ...held, failures: 1 }, { ...held, state: "sending" as const }, action(1)].map((one) => isHeld(one, 0))).toEqual([true, false, false, false]);
  expect(isHeld(held, 5_000)).toBe(false);
});
