import { expect, test } from "vitest";
import { metres } from "../shared/motion.ts";
import { circle } from "./shapes.ts";

test("a circle is as wide on the ground as it says, also away from the equator", () => {
  const centre = { lat: 27.7, lon: 85.3 };
  for (const [lon = 0, lat = 0] of circle(centre, 300).geometry.coordinates[0] ?? []) {
    expect(metres(centre, { lat, lon })).toBeGreaterThan(298);
    expect(metres(centre, { lat, lon })).toBeLessThan(302);
  }
});
