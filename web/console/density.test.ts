import { expect, test } from "vitest";
import { cellsOf, crowdOf, isDense, looksOf, within } from "./density.ts";
import { FleetBuffer, flat } from "./fleet_buffer.ts";

const UNSAID = { heading_deg: null, speed_mps: null, accuracy_m: null };

test("every courier is counted in one cell, at the mean of its places, and those with a late parcel once more", () => {
  const places = [{ x: 0.1, y: 0.1, late: false }, { x: 0.12, y: 0.14, late: true }, { x: 0.9, y: 0.1, late: false }];
  expect(cellsOf(places, 0.25).map(({ count, late }) => [count, late])).toEqual([[2, 1], [1, 0]]);
  expect(cellsOf(places, 0.25)[0]?.x).toBeCloseTo(0.11);
  expect(cellsOf(places, 0.25)[0]?.y).toBeCloseTo(0.12);
  expect(cellsOf([], 0.25)).toEqual([]);
});

test("a finer cell counts the same people", () => {
  const places = Array.from({ length: 10_000 }, (_, index) => ({ x: 0.7 + (index % 100) / 1_000, y: 0.4 + Math.floor(index / 100) / 1_000, late: false }));
  for (const size of [0.5, 0.01, 0.0003]) expect(cellsOf(places, size).reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
});

test("a crowd is a dot each in a city and a count from far off, and few are a marker each at any distance", () => {
  const [width, height] = [1200, 640];
  expect(crowdOf(10_000, width, height, 12, "markers")).toBe("dots");
  expect(crowdOf(10_000, width, height, 8.9, "dots")).toBe("counts");
  expect(crowdOf(10_000, width, height, 9, "counts")).toBe("dots");
  for (const zoom of [4, 9, 16]) expect(crowdOf(40, width, height, zoom, "dots")).toBe("markers");
});

test("a crowd begins where markers would cover a quarter of the map, and ends where they cover much less", () => {
  const [width, height] = [1200, 640];
  expect(isDense(284, width, height, false)).toBe(false);
  expect(isDense(285, width, height, false)).toBe(true);
  expect(isDense(200, width, height, true)).toBe(true);
  expect(isDense(150, width, height, true)).toBe(false);
  expect(isDense(0, 0, 0, false)).toBe(false);
});

test("only what is in sight is counted, beyond the date line too", () => {
  const places = [{ x: 0.01, y: 0.5 }, { x: 0.99, y: 0.5 }, { x: 0.5, y: 0.5 }];
  expect(within(places, { west: 0.95, east: 1.05, north: 0.4, south: 0.6 })).toEqual([places[0], places[1]]);
  expect(within(places, { west: 0.4, east: 0.6, north: 0.6, south: 0.7 })).toEqual([]);
});

test("the fleet says where its markers go to, on the flat map", () => {
  const fleet = new FleetBuffer(0);
  fleet.put({ id: 1, lat: 27.7, lon: 85.3, recorded_at: 1, kind: "free", ...UNSAID }, 0, true);
  fleet.put({ id: 2, lat: 27.8, lon: 85.4, recorded_at: 1, kind: "free", ...UNSAID }, 0, true);
  fleet.remove(1);
  const [place] = fleet.places();
  expect(fleet.places()).toHaveLength(1);
  expect(place?.x).toBeCloseTo(flat(27.8, 85.4).x, 6);
  expect(place?.y).toBeCloseTo(flat(27.8, 85.4).y, 6);
});

test("markers are small from far off, and dots and counts are what they are", () => {
  expect([looksOf("markers", 10.9), looksOf("markers", 11), looksOf("dots", 9), looksOf("counts", 5)]).toEqual(["small", "markers", "dots", "counts"]);
});
