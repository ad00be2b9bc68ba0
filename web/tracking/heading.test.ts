import { expect, test } from "vitest";
import type { Fix } from "../shared/motion.ts";
import { type Heading, bearing, headingAfter, turnedTo } from "./heading.ts";

const LAT = 27.7;
const DEGREE_M = 111_195;

/** So many metres north and east of where it began. */
function fix(second: number, north: number, east: number, accuracy_m: number | null = 5): Fix {
  return { lat: LAT + north / DEGREE_M, lon: 85.3 + east / (DEGREE_M * Math.cos((LAT * Math.PI) / 180)), recorded_at: second * 1000, accuracy_m };
}

function degreesAfter(...fixes: Fix[]): number | null {
  const after = fixes.reduce<Heading | null>((before, one) => headingAfter(before, one), null);
  return after?.degrees == null ? null : Math.round(after.degrees);
}

test.each([
  [0, 100, 0],
  [45, 100, 100],
  [90, 0, 100],
  [180, -100, 0],
  [270, 0, -100],
  [315, 100, -100],
])("%i degrees is %i m north and %i m east", (degrees, north, east) => {
  expect(Math.round(bearing(fix(0, 0, 0), fix(0, north, east)))).toBe(degrees);
});

test("of one position alone nobody knows a direction", () => {
  expect(degreesAfter(fix(0, 0, 0))).toBeNull();
});

test("it is that of the last movement", () => {
  expect(degreesAfter(fix(0, 0, 0), fix(5, 50, 0), fix(10, 50, 50))).toBe(90);
});

test("a phone that lies still turns nothing, however often it is heard", () => {
  expect(degreesAfter(fix(0, 0, 0), fix(5, 6, 0), fix(10, -3, 4), fix(15, 0, 9))).toBeNull();
  expect(degreesAfter(fix(0, 0, 0), fix(5, 50, 0), fix(20, 44, 3), fix(35, 53, 2), fix(300, 50, 0))).toBeNull();
  expect(degreesAfter(fix(0, 0, 0), fix(5, 50, 0), fix(20, 44, 3), fix(35, 53, 2), fix(80, 50, 1))).toBe(0);
});

test("slow steps add up to a movement", () => {
  expect(degreesAfter(fix(0, 0, 0), fix(5, 0, -6), fix(10, 0, -12))).toBe(270);
});

test("a place that is not known well has to be left farther behind", () => {
  expect(degreesAfter(fix(0, 0, 0, 40), fix(5, 30, 0))).toBeNull();
  expect(degreesAfter(fix(0, 0, 0), fix(5, 30, 0, 40))).toBeNull();
  expect(degreesAfter(fix(0, 0, 0, 40), fix(5, 30, 0), fix(10, 30, 20))).toBe(90);
  expect(degreesAfter(fix(0, 0, 0, null), fix(5, 30, 0, null))).toBe(0);
});

test.each([
  ["a long silence", fix(70, 0, 100)],
  ["a leap", fix(10, 0, 700)],
])("after %s nobody knows it until the next movement", (_, next) => {
  const before = [fix(0, 0, 0), fix(5, 50, 0), next];
  expect(degreesAfter(...before)).toBeNull();
  expect(degreesAfter(...before, { ...next, lat: next.lat - 50 / DEGREE_M, recorded_at: next.recorded_at + 5_000 })).toBe(180);
});

test("an older position turns nothing", () => {
  expect(degreesAfter(fix(10, 0, 0), fix(15, 50, 0), fix(12, 0, 50))).toBe(0);
});

test.each([
  [0, 90, 90],
  [350, 10, 370],
  [10, 350, -10],
  [370, 350, 350],
  [-10, 180, -180],
  [725, 0, 720],
])("from %i the short way to %i ends at %i", (shown, degrees, turned) => {
  expect(turnedTo(shown, degrees)).toBe(turned);
});
