import { expect, test } from "vitest";
import { type TrackAnswer, advanced, lastUntil, openingOf, seenAt, trailOf } from "./tracks.ts";

const STEP_S = 15;
const track: TrackAnswer = { transporter_id: 7, name: "Ram", vehicle_type: "motorcycle", offsets_s: [30, 60, 90, 1000], lats: [27, 27.1, 27.3, 28], lons: [85, 85, 85.2, 86] };

test("the last value until a moment is found, also before the first and after the last", () => {
  expect([29, 30, 59.9, 60, 5000].map((at) => lastUntil(track.offsets_s, at))).toEqual([-1, 0, 0, 1, 3]);
  expect(lastUntil([], 1)).toBe(-1);
});

test("between two points somebody is between them, and before the first nowhere", () => {
  expect(seenAt(track, 29, STEP_S)).toBeNull();
  expect(seenAt(track, 30, STEP_S)).toEqual({ id: 7, lat: 27, lon: 85, sure: true });
  const between = seenAt(track, 75, STEP_S);
  expect(between?.lat).toBeCloseTo(27.2);
  expect(between?.lon).toBeCloseTo(85.1);
});

test("nobody slides over a silence: the last place stays, and is doubtful after five minutes", () => {
  expect(seenAt(track, 200, STEP_S)).toEqual({ id: 7, lat: 27.3, lon: 85.2, sure: true });
  expect(seenAt(track, 391, STEP_S)).toEqual({ id: 7, lat: 27.3, lon: 85.2, sure: false });
  expect(seenAt(track, 1000, STEP_S)).toEqual({ id: 7, lat: 28, lon: 86, sure: true });
  expect(seenAt(track, 1301, STEP_S)?.sure).toBe(false);
});

test("where a day is thinned to a point each six minutes, that is no silence", () => {
  const day = { ...track, offsets_s: [0, 360, 720, 1080] };
  expect(seenAt(day, 180, 360)).toEqual({ id: 7, lat: 27.05, lon: 85, sure: true });
});

test("the way until a moment ends where somebody is seen and breaks at a silence", () => {
  expect(trailOf(track, 75, 600, STEP_S)).toEqual([[[85, 27], [85, 27.1], [expect.closeTo(85.1), expect.closeTo(27.2)]]]);
  expect(trailOf(track, 1000, 940, STEP_S)).toEqual([[[85, 27.1], [85.2, 27.3]], [[86, 28], [86, 28]]]);
  expect(trailOf(track, 20, 600, STEP_S)).toEqual([]);
});

test("the clock goes at its speed, stands while it is paused, and stops at the end", () => {
  expect(advanced({ at_s: 10, playing: true }, 500, 60, 3600)).toEqual({ at_s: 40, playing: true });
  expect(advanced({ at_s: 10, playing: false }, 500, 60, 3600)).toEqual({ at_s: 10, playing: false });
  expect(advanced({ at_s: 3590, playing: true }, 500, 60, 3600)).toEqual({ at_s: 3600, playing: false });
});

test("a window in which nobody is known at first opens where half of the fleet is, or whoever is followed", () => {
  const from = (transporter_id: number, ...offsets_s: number[]) => ({ transporter_id, offsets_s });
  const fleet = [from(1, 3000.4, 3010), from(2, 2998, 3020), from(3, 3100), from(4)];
  expect(openingOf(fleet, null)).toBe(3001);
  expect([openingOf(fleet, 3), openingOf(fleet, 9)]).toEqual([3100, 3001]);
  expect(openingOf([from(1, 0), from(2, 0), from(3, 900)], null)).toBe(0);
  expect(openingOf([], null)).toBe(0);
});
