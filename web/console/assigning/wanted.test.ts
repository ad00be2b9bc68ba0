import { expect, test } from "vitest";
import { EVERYTHING, filterOf, shareOf } from "./wanted.ts";

test("what is left empty is not sent, and what is no number goes as it was typed", () => {
  expect(filterOf(EVERYTHING)).toEqual({});
  expect(filterOf({ priority: "high", vehicle: " bike ", most: "20", hours: "soon" })).toEqual({ priority_filter: "high", vehicle_type_filter: "bike", max_assignments: 20, time_range_hours: "soon" });
});

test("how far a run is nobody says before there is a plan, and afterwards by what is left of it", () => {
  const progress = { deliveries: 10, planned: 8, assigned: 2, failed: 2, left: 6 };
  expect(shareOf({ status: "running", progress: { ...progress, planned: null, left: null } })).toBeNull();
  expect(shareOf({ status: "running", progress })).toBe(0.25);
  expect(shareOf({ status: "running", progress: { ...progress, planned: 0, left: 0 } })).toBe(1);
  expect(shareOf({ status: "interrupted", progress })).toBe(1);
});
