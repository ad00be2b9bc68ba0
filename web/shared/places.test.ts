import { expect, test } from "vitest";
import { placeOf, placeText } from "./places.ts";

test("a place is read however its two numbers are kept apart", () => {
  for (const text of ["27.7172,85.3240", " 27.7172 85.324 ", "27.7172; 85.324"]) expect(placeOf(text)).toEqual({ lat: 27.7172, lon: 85.324 });
  expect(placeOf("-33.9, 18")).toEqual({ lat: -33.9, lon: 18 });
});

test("what is no place on Earth is none", () => {
  for (const text of ["", "Thamel", "27.7172", "91, 85", "27, 181", "27,5, 85,3"]) expect(placeOf(text)).toBeNull();
});

test("a place is written as it is read", () => {
  expect(placeOf(placeText({ lat: 27.7172, lon: 85.324 }))).toEqual({ lat: 27.7172, lon: 85.324 });
});
