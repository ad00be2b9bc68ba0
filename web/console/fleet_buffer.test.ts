import { expect, test } from "vitest";
import { DIM, FIELDS, type Fix, FleetBuffer, KIND, LATE, flat, flatLength, type Kind } from "./fleet_buffer.ts";

const METRES_OF_WORLD = 40_075_017;
const UNSAID = { heading_deg: null, speed_mps: null, accuracy_m: null };
const fix = (id: number, lat: number, at_s: number, kind: Kind = "free", some: Partial<Fix> = {}): Fix => ({ id, lat, lon: 85.3, recorded_at: at_s * 1000, kind, ...UNSAID, ...some });

function metresFrom(fleet: FleetBuffer, id: number, lat: number, now: number): number {
  const seen = fleet.at(id, now);
  const there = flat(lat, 85.3);
  return seen === null ? Number.NaN : Math.hypot(seen.x - there.x, seen.y - there.y) * METRES_OF_WORLD;
}

test("a marker slides from where it is seen to the newest fix, and stands there", () => {
  const fleet = new FleetBuffer(0);
  fleet.put(fix(1, 27.7, 0), 0, false);
  fleet.put(fix(1, 27.701, 5), 5_000, false);
  expect(metresFrom(fleet, 1, 27.7, 5_000)).toBeLessThan(0.5);
  expect(metresFrom(fleet, 1, 27.7005, 7_250)).toBeLessThan(0.5);
  expect(metresFrom(fleet, 1, 27.701, 9_500)).toBeLessThan(0.5);
  expect(fleet.moves_until).toBe(9_500);
});

test("a fix in the midst of a slide turns it without a jump", () => {
  const fleet = new FleetBuffer(0);
  fleet.put(fix(1, 27.7, 0), 0, false);
  fleet.put(fix(1, 27.701, 5), 5_000, false);
  fleet.put(fix(1, 27.699, 7), 7_000, false);
  expect(metresFrom(fleet, 1, 27.7 + 0.001 * (2 / 4.5), 7_000)).toBeLessThan(1);
});

const DRIVES = { heading_deg: 0, speed_mps: 10, accuracy_m: 5 };
/** So many metres north, as the flat map has them; a little off a degree's share, so that numbers are looked at, not rounding. */
const northOf = (fleet: FleetBuffer, id: number, lat: number, now: number): number => {
  const seen = fleet.at(id, now);
  return seen === null ? Number.NaN : (flat(lat, 85.3).y - seen.y) / flatLength(1, lat);
};

test("who surely drives goes on a little where nothing newer is heard, and then stands", () => {
  const fleet = new FleetBuffer(0);
  fleet.put(fix(1, 27.7, 0, "free", DRIVES), 1_000, false, 1);
  expect(northOf(fleet, 1, 27.7, 2_000)).toBeCloseTo(10, 1);
  expect(northOf(fleet, 1, 27.7, 60_000)).toBeCloseTo(30, 1);
  expect(fleet.moves_until).toBe(4_000);
  expect(fleet.nearest(flat(27.70027, 85.3), flatLength(5, 27.7), 60_000)).toBe(1);
});

test("the next fix takes a marker from where it went on to, without a jump back", () => {
  const fleet = new FleetBuffer(0);
  fleet.put(fix(1, 27.7, 0, "free", DRIVES), 1_000, false, 1);
  fleet.put(fix(1, 27.7002, 3, "free"), 4_000, false, 1);
  expect(northOf(fleet, 1, 27.7, 4_000)).toBeCloseTo(30, 1);
  expect(northOf(fleet, 1, 27.7002, 9_000)).toBeCloseTo(0, 1);
});

test("nothing goes on by itself where nobody knows how fast and which way, of old and rough fixes, and where a person wants no motion", () => {
  const told = (some: Partial<Fix>, jump: boolean, age_s?: number): number => {
    const fleet = new FleetBuffer(0);
    fleet.put(fix(1, 27.7, 0, "free", { ...DRIVES, ...some }), 0, jump, age_s);
    return northOf(fleet, 1, 27.7, 60_000);
  };
  expect(told({}, false, 0)).toBeGreaterThan(29);
  for (const [some, jump, age_s] of [[{}, true, 0], [{}, false, 5], [{}, false, undefined], [{ speed_mps: 2.9 }, false, 0], [{ accuracy_m: 31 }, false, 0], [{ heading_deg: null }, false, 0]] as const) {
    expect([some, jump, age_s, Math.abs(told(some, jump, age_s)) < 0.01]).toEqual([some, jump, age_s, true]);
  }
});

test("a long way is measured from where the marker is seen, not from its fix before", () => {
  const fleet = new FleetBuffer(0);
  fleet.put(fix(1, 27.7, 0), 0, false);
  fleet.put(fix(1, 27.7044, 5), 5_000, false); // 490 m: slides
  fleet.put(fix(1, 27.7088, 6), 5_000, false); // 490 m from the fix before, 980 m from where it is seen
  expect(metresFrom(fleet, 1, 27.7088, 5_000)).toBeLessThan(0.5);
});

test("a marker turns by the shorter arc from the way it looked, and at once where it jumps", () => {
  const fleet = new FleetBuffer(0);
  const turns = (): number[] => [fleet.data[11], fleet.data[6]].map((angle) => Math.round(((angle ?? 0) * 180) / Math.PI));
  fleet.put(fix(1, 27.7, 0, "free", { heading_deg: 350 }), 0, false);
  expect(turns()).toEqual([350, 350]);
  fleet.put(fix(1, 27.701, 5, "free", { heading_deg: 20 }), 5_000, false);
  expect(turns()).toEqual([350, 20]);
  fleet.put(fix(1, 27.702, 10, "free", { heading_deg: 90 }), 7_250, false); // half way: 5 degrees beyond north
  expect(turns()).toEqual([5, 90]);
  fleet.put(fix(1, 27.8, 15, "free", { heading_deg: 180 }), 8_000, false);
  expect(turns()).toEqual([180, 180]);
});

test("over a long way, a long silence and where none is wanted it jumps, and never goes back in time", () => {
  for (const [lat, at_s, jump] of [[27.75, 5, false], [27.701, 90, false], [27.701, 5, true]] as const) {
    const fleet = new FleetBuffer(0);
    fleet.put(fix(1, 27.7, 0), 0, false);
    fleet.put(fix(1, lat, at_s), 1_000, jump);
    expect(metresFrom(fleet, 1, lat, 1_000)).toBeLessThan(0.5);
  }
  const fleet = new FleetBuffer(0);
  fleet.put(fix(1, 27.7, 10), 0, false);
  fleet.put(fix(1, 27.6, 5, "stale"), 1_000, false);
  expect(metresFrom(fleet, 1, 27.7, 1_000)).toBeLessThan(0.5);
  expect(fleet.data[7]).toBe(2);
});

test("who leaves makes room, and everybody else stays where they are", () => {
  const fleet = new FleetBuffer(0);
  for (let id = 0; id < 1_000; id += 1) fleet.put(fix(id, 27 + id / 1_000, 0), 0, false);
  for (let id = 0; id < 1_000; id += 2) fleet.remove(id);
  fleet.remove(12_345);
  expect([fleet.count, fleet.at(2, 0), fleet.rowOf(null)]).toEqual([500, null, -1]);
  for (let id = 1; id < 1_000; id += 2) expect(metresFrom(fleet, id, 27 + id / 1_000, 0)).toBeLessThan(0.5);
  fleet.put(fix(2_000, 27.5, 0), 0, false);
  expect([fleet.count, metresFrom(fleet, 2_000, 27.5, 0) < 0.5]).toEqual([501, true]);
});

test("only the rows that changed are handed to the graphics card", () => {
  const fleet = new FleetBuffer(0);
  for (let id = 0; id < 10; id += 1) fleet.put(fix(id, 27.7, 0), 0, false);
  expect(fleet.changed).toEqual({ from: 0, to: 10 });
  fleet.changed = null;
  fleet.put(fix(4, 27.701, 5), 5_000, false);
  fleet.put(fix(6, 27.701, 5), 5_000, false);
  expect([fleet.changed, fleet.data.length >= 10 * FIELDS]).toEqual([{ from: 4, to: 7 }, true]);
});

test("a click finds the nearest marker within its reach", () => {
  const fleet = new FleetBuffer(0);
  fleet.put(fix(1, 27.7, 0), 0, false);
  fleet.put(fix(2, 27.71, 0), 0, false);
  const reach = 300 / METRES_OF_WORLD;
  expect(fleet.nearest(flat(27.7091, 85.3), reach, 0)).toBe(2);
  expect(fleet.nearest(flat(27.705, 85.3), reach, 0)).toBeNull();
});

test("what is not asked for is dimmed, also what comes or moves later, and all is bright again afterwards", () => {
  const fleet = new FleetBuffer(0);
  const kinds = () => Array.from({ length: fleet.count }, (_, row) => fleet.data[row * FIELDS + 7]);
  const put = (id: number, recorded_at: number): void => fleet.put({ id, lat: 27.7, lon: 85.3 + id / 100, recorded_at, kind: "carrying", ...UNSAID }, 0, true);
  put(1, 1_000);
  put(2, 1_000);
  fleet.dim(new Set([2]));
  put(3, 1_000);
  put(1, 2_000);
  expect(kinds()).toEqual([KIND.carrying + DIM, KIND.carrying, KIND.carrying + DIM]);
  expect([fleet.places().length, fleet.places(true).length]).toEqual([1, 3]);
  fleet.dim(null);
  expect([kinds(), fleet.changed]).toEqual([[KIND.carrying, KIND.carrying, KIND.carrying], { from: 0, to: 3 }]);
});

test("who has a late parcel looks so until it is no longer late, dimmed or bright, moving or silent, and is told apart where markers are counted", () => {
  const fleet = new FleetBuffer(0);
  const looks = () => Array.from({ length: fleet.count }, (_, row) => fleet.data[row * FIELDS + 7]);
  const put = (id: number, at_s: number, kind: Kind): void => fleet.put(fix(id, 27.7, at_s, kind), 0, true);
  put(1, 1, "carrying");
  put(2, 1, "carrying");
  expect([fleet.late(new Set([2, 3])), fleet.late(new Set([3, 2]))]).toEqual([true, false]);
  put(3, 1, "stale");
  put(2, 2, "carrying");
  expect(looks()).toEqual([KIND.carrying, KIND.carrying + LATE, KIND.stale + LATE]);
  fleet.dim(new Set([1]));
  expect(looks()).toEqual([KIND.carrying, KIND.carrying + LATE + DIM, KIND.stale + LATE + DIM]);
  expect(fleet.places(true).map((one) => one.late)).toEqual([false, true, true]);
  fleet.dim(null);
  fleet.changed = null;
  fleet.late(new Set());
  expect([looks(), fleet.changed]).toEqual([[KIND.carrying, KIND.carrying, KIND.stale], { from: 0, to: 3 }]);
});
