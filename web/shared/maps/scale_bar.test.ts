import { expect, test } from "vitest";
import { scaleBar, scaleWords } from "./scale_bar.ts";

test.each([
  [10.5, 96, 1_000],
  [10, 96, 500],
  [4.2, 96, 300],
  [0.6, 96, 50],
  [25, 96, 2_000],
  [1_600, 96, 100_000],
])("at %d metres a pixel a bar of at most %d pixels has the longest round length that fits: %d metres", (metres_per_px, room, metres) => {
  const bar = scaleBar(metres_per_px, room);
  expect(bar.metres).toBe(metres);
  expect(bar.width_px).toBeLessThanOrEqual(room);
  expect(bar.width_px * metres_per_px).toBeCloseTo(metres);
});

test("a length is said in metres below a kilometre and in kilometres beyond", () => {
  expect(scaleWords(500)).toEqual({ key: "scale.m", count: 500 });
  expect(scaleWords(1_000)).toEqual({ key: "scale.km", count: 1 });
  expect(scaleWords(30_000)).toEqual({ key: "scale.km", count: 30 });
});
