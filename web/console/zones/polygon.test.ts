import { expect, test } from "vitest";
import { type Corner, type Outline, areaKm2, contains, crossings, middles, moved, outlineOf, textOf, troubleOf, withCorner, without } from "./polygon.ts";

const square: Outline = [[85, 27], [86, 27], [86, 28], [85, 28]];

test("corners are put in, moved and taken away, and nothing of before changes", () => {
  const before = JSON.stringify(square);
  expect(withCorner(square, 1, [85.5, 26.9])[1]).toEqual([85.5, 26.9]);
  expect(withCorner(square, 4, [84.9, 27.5]).at(-1)).toEqual([84.9, 27.5]);
  expect(moved(square, 2, [86.1, 28.1])[2]).toEqual([86.1, 28.1]);
  expect(without(square, 0)).toEqual(square.slice(1));
  expect(middles(square)).toEqual([[85.5, 27], [86, 27.5], [85.5, 28], [85, 27.5]]);
  expect(middles(square.slice(0, 2))).toEqual([]);
  expect(JSON.stringify(square)).toBe(before);
});

test("sides that cross are named, also the one back to the first corner", () => {
  expect(crossings(square).size).toBe(0);
  expect(crossings([[85, 27], [86, 28], [86, 27], [85, 28]])).toEqual(new Set([0, 2]));
  expect(crossings([[85, 27], [86, 27], [86, 28], [85.5, 26.5]])).toEqual(new Set([0, 2]));
});

test("what touches itself, goes back on itself or lies on a line crosses itself too", () => {
  expect(crossings([[85, 27], [87, 27], [87, 28], [86, 27], [85, 28]]).size).toBeGreaterThan(0);
  expect(crossings([[85, 27], [86, 27], [85.5, 27], [85.5, 28]])).toEqual(new Set([0, 1, 2]));
  expect(crossings([[85, 27], [86, 27], [87, 27]]).size).toBeGreaterThan(0);
  expect(crossings([[85, 27], [85.5, 27], [86, 27], [86, 28], [85, 28]]).size).toBe(0); // a corner on a straight side
});

test("too few corners, too many with the holes, and a crossing stand against saving", () => {
  expect(troubleOf(square.slice(0, 2))).toBe("few");
  expect(troubleOf([[85, 27], [86, 28], [86, 27], [85, 28]])).toBe("crosses");
  expect(troubleOf(square)).toBeNull();
  const round = (count: number): Outline => Array.from({ length: count }, (_, at): Corner => [85 + Math.cos((2 * Math.PI * at) / count), 27 + Math.sin((2 * Math.PI * at) / count)]);
  expect(troubleOf(round(999))).toBeNull();
  expect(troubleOf(round(1000))).toBe("many");
  expect(troubleOf(round(996), [round(3)])).toBe("many");
});

test("the area is that of the server, to a hundredth", () => {
  const small: Outline = [[85.32, 27.7], [85.34, 27.7], [85.34, 27.72], [85.32, 27.72]];
  expect(areaKm2(small)).toBeCloseTo(4.378, 2);
  expect(areaKm2([...small].reverse())).toBeCloseTo(4.378, 2);
});

test("the list of corners is another way to draw: it reads what it writes, and a line that is no place is told", () => {
  expect(textOf(square.slice(0, 2))).toBe("27.00000, 85.00000\n27.00000, 86.00000");
  expect(outlineOf(`${textOf(square)}\n\n`)).toEqual(square);
  expect(outlineOf("27.5 85.25")).toEqual([[85.25, 27.5]]);
  expect(outlineOf("")).toEqual([]);
  for (const wrong of ["27.5", "27.5, 85, 3", "north, east", "91, 85", "27, 181", "27,5, 85,2"]) expect([wrong, outlineOf(wrong)]).toEqual([wrong, null]);
});

test("what lies in a zone is in its outline and in none of its holes, whichever way round it was drawn", () => {
  const hole: Outline = [[85.4, 27.4], [85.6, 27.4], [85.6, 27.6], [85.4, 27.6]];
  for (const outline of [square, [...square].reverse()]) {
    expect(contains(outline, [], { lat: 27.5, lon: 85.5 })).toBe(true);
    expect(contains(outline, [hole], { lat: 27.5, lon: 85.5 })).toBe(false);
    expect(contains(outline, [hole], { lat: 27.1, lon: 85.5 })).toBe(true);
    for (const place of [{ lat: 28.5, lon: 85.5 }, { lat: 27.5, lon: 84.9 }, { lat: 27.5, lon: 86.1 }]) expect(contains(outline, [hole], place)).toBe(false);
  }
  expect(contains([], [], { lat: 27, lon: 85 })).toBe(false);
});
