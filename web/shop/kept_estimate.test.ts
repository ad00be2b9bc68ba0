import { expect, test } from "vitest";
import { readEstimates, withEstimate } from "./kept_estimate.ts";

test("an order keeps what was estimated when it was made, and only so many do", () => {
  const all = Array.from({ length: 25 }, (_, order) => order).reduce<ReturnType<typeof readEstimates>>((before, order) => withEstimate(before, order, []), []);
  expect(all.map(({ order }) => order)).toEqual(Array.from({ length: 20 }, (_, at) => at + 5));
  expect(readEstimates(JSON.stringify(all))).toEqual(all);
  expect(withEstimate(all, 7, []).at(-1)?.order).toBe(7);
});

test("what is no list of estimates counts as none", () => {
  expect([null, "", "{", "{}", '[{"order": "x"}, null]'].map(readEstimates)).toEqual([[], [], [], [], []]);
});
