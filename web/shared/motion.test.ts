import { expect, test } from "vitest";
import { type Fix, Marker, freshness, metres } from "./motion.ts";

const fix = (second: number, metresEast: number): Fix => ({
  lat: 0,
  lon: metresEast / 111_195,
  recorded_at: second * 1000,
  accuracy_m: 5,
});
const east = (marker: Marker, now: number): number => Math.round((marker.at(now)?.lon ?? Number.NaN) * 111_195);

test("the first fix is shown where it is", () => {
  const marker = new Marker();
  expect(marker.at(0)).toBeNull();
  marker.move(fix(0, 10), 0);
  expect([east(marker, 0), marker.moving(0)]).toEqual([10, false]);
});

test("the next one is reached at an even pace, before the one after it comes", () => {
  const marker = new Marker();
  marker.move(fix(0, 0), 0);
  marker.move(fix(5, 90), 5_000);
  expect(east(marker, 5_000)).toBe(0);
  expect(east(marker, 7_250)).toBe(45);
  expect(east(marker, 9_500)).toBe(90);
  expect(marker.moving(9_500)).toBe(false);
});

test("a fix in the middle of a slide goes on from where the marker is seen", () => {
  const marker = new Marker();
  marker.move(fix(0, 0), 0);
  marker.move(fix(5, 90), 5_000);
  marker.move(fix(7, 0), 7_250);
  expect(east(marker, 7_250)).toBe(45);
  expect(east(marker, 7_250 + 1_800)).toBe(0);
});

test("many late fixes at once do not make it lag", () => {
  const marker = new Marker();
  marker.move(fix(0, 0), 0);
  for (let second = 5; second <= 50; second += 5) marker.move(fix(second, second), 100);
  expect(east(marker, 100 + 4_500)).toBe(50);
});

test("an older fix never moves it back", () => {
  const marker = new Marker();
  marker.move(fix(10, 50), 0);
  marker.move(fix(5, 0), 100);
  expect(east(marker, 10_000)).toBe(50);
});

test.each([
  ["after a long silence", fix(90, 200), false],
  ["over a long way", fix(5, 700), false],
  ["where motion is not wanted", fix(5, 90), true],
])("it jumps %s", (_, next, jump) => {
  const marker = new Marker();
  marker.move(fix(0, 0), 0);
  marker.move(next, 5_000, jump);
  expect([east(marker, 5_000), marker.moving(5_001)]).toEqual([Math.round(metres(fix(0, 0), next)), false]);
});

test("a position is doubtful from 45 seconds on and none from 120 on", () => {
  expect([0, 44.9, 45, 119.9, 120].map(freshness)).toEqual(["fresh", "fresh", "stale", "stale", "gone"]);
});
