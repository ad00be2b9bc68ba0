import { expect, test } from "vitest";
import { between, bytes, perSecond, within } from "./rates.ts";

const BEFORE = [{ within_s: 0.01, count: 10 }, { within_s: 0.1, count: 20 }, { within_s: null, count: 20 }];
const AFTER = [{ within_s: 0.01, count: 60 }, { within_s: 0.1, count: 119 }, { within_s: null, count: 120 }];

test("a rate is what came between two answers, and none where the server began anew", () => {
  expect([perSecond(100, 150, 5), perSecond(0, 5, 0), perSecond(100, 3, 5)]).toEqual([10, null, null]);
});

test("waits are those of the time between two answers", () => {
  expect(between(BEFORE, AFTER).map((bucket) => bucket.count)).toEqual([50, 99, 100]);
  expect(between(AFTER, BEFORE)).toEqual(BEFORE);
});

test("a share of the waits lies within the first bound that has as many", () => {
  const lately = between(BEFORE, AFTER);
  expect([within(lately, 0.5), within(lately, 0.99), within(lately, 1), within([], 0.5)]).toEqual([0.01, 0.1, null, null]);
});

test("bytes have the unit that a person would use", () => {
  expect(bytes(1_200, "ne")).toBe("१.२ kB");
  expect([bytes(0), bytes(999), bytes(1_200), bytes(123_400_000_000), bytes(2.5e12)]).toEqual(["0 B", "999 B", "1.2 kB", "123 GB", "2.5 TB"]);
});
