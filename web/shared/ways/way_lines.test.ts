import { expect, test } from "vitest";
import { linesOf } from "./way_lines.ts";

test("a way is one line, or some where it was not heard of in between", () => {
  expect(linesOf({ geometry: { type: "LineString", coordinates: [[85.3, 27.7], [85.4, 27.8]] } })).toEqual([[{ lat: 27.7, lon: 85.3 }, { lat: 27.8, lon: 85.4 }]]);
  expect(linesOf({ geometry: { type: "MultiLineString", coordinates: [[[85, 27], [86, 27]], [[87, 27], [88, 27]]] } }).map((line) => line.length)).toEqual([2, 2]);
});

test("of a way of which one place is known there is that place, and of none nothing", () => {
  expect(linesOf({ geometry: { type: "Point", coordinates: [85.3, 27.7] } })).toEqual([[{ lat: 27.7, lon: 85.3 }]]);
  expect(linesOf({ geometry: null })).toEqual([]);
});
