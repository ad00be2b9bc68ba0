import { expect, test } from "vitest";
import type { Action } from "./actions.ts";
import { refusedOf } from "./refused.tsx";

const step = (number: number, delivery_id: number, refused: boolean) =>
  ({ number, delivery_id, refusal: refused ? { code: "wrong_code", detail: "", proof_kept: null } : null }) as unknown as Action;

test("what was refused is said until something else was done for its parcel", () => {
  expect(refusedOf([step(1, 7, true), step(2, 8, false)]).map((one) => one.number)).toEqual([1]);
  expect(refusedOf([step(1, 7, true), step(2, 7, false)])).toEqual([]);
  expect(refusedOf([step(1, 7, true), step(2, 7, true)]).map((one) => one.number)).toEqual([2]);
});
