import { expect, test } from "vitest";
import type { Action } from "./actions.ts";
import { refusedOf } from "./refused.tsx";

const step = (number: number, delivery_id: number, refused: boolean, knows = 0) =>
  ({ number, delivery_id, knows, refusal: refused ? { code: "wrong_code", detail: "", proof_kept: null } : null }) as unknown as Action;

test("what was refused is said until something else was done for its parcel", () => {
  expect(refusedOf([step(1, 7, true), step(2, 8, false)]).map((one) => one.number)).toEqual([1]);
  expect(refusedOf([step(1, 7, true), step(2, 7, false, 1)])).toEqual([]);
  expect(refusedOf([step(1, 7, true), step(2, 7, true, 1)]).map((one) => one.number)).toEqual([2]);
});

test("what was done before anybody knew of a refusal, and waits for it to be read, does not hide it", () => {
  expect(refusedOf([step(1, 7, true), step(2, 7, false)]).map((one) => one.number)).toEqual([1]);
});
