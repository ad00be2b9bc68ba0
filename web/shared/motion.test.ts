import { expect, test } from "vitest";
import { type Fix, Marker, doubtOf, freshness, goesOnFor, metres } from "./motion.ts";

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

test("what surely drives is believed to drive on for thirty metres and until its fix is five seconds old, and nothing else is", () => {
  const drives = { speed_mps: 10, heading_deg: 90, accuracy_m: 30 };
  expect([goesOnFor(drives, 0), goesOnFor(drives, 4), goesOnFor(drives, 5), goesOnFor({ ...drives, speed_mps: 3 }, 1)]).toEqual([3, 1, 0, 4]);
  for (const some of [{ speed_mps: 2.9 }, { speed_mps: null }, { heading_deg: null }, { accuracy_m: null }, { accuracy_m: 31 }]) expect(goesOnFor({ ...drives, ...some }, 0)).toBe(0);
});

test("from fifteen seconds on a position is doubted by its accuracy and by how far one may have come since, three hundred metres at most", () => {
  const told = { speed_mps: 6, accuracy_m: 8 };
  expect([doubtOf(told, 14.9), doubtOf(told, 15), doubtOf(told, 20), doubtOf(told, 600)]).toEqual([0, 98, 128, 300]);
  expect([doubtOf({ speed_mps: null, accuracy_m: null }, 20), doubtOf({ speed_mps: 0, accuracy_m: 5 }, 500)]).toEqual([30, 5]);
});
