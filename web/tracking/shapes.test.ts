import { expect, test } from "vitest";
import { metres } from "../shared/motion.ts";
import { bounds, circle, rounded } from "./shapes.ts";

test("a circle is as wide on the ground as it says, also away from the equator", () => {
  const centre = { lat: 27.7, lon: 85.3 };
  for (const [lon = 0, lat = 0] of circle(centre, 300).geometry.coordinates[0] ?? []) {
    expect(metres(centre, { lat, lon })).toBeGreaterThan(298);
    expect(metres(centre, { lat, lon })).toBeLessThan(302);
  }
});

test("an area lies within its box and touches each side of it", () => {
  const area = { cell: "tuutqw", latitude: 27.7, longitude: 85.3, height_deg: 0.0055, width_deg: 0.011 };
  const [west, south, east, north] = bounds(area);
  const corners = rounded(area).geometry.coordinates[0] ?? [];
  const lons = corners.map(([lon = 0]) => lon);
  const lats = corners.map(([, lat = 0]) => lat);
  expect([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)].map((value) => value.toFixed(9))).toEqual([west, south, east, north].map((value) => value.toFixed(9)));
  expect(corners[0]).toEqual(corners.at(-1)?.map((value) => expect.closeTo(value, 9)));
});
