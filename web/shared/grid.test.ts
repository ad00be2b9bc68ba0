import { expect, test } from "vitest";
import { grid, niceStep } from "./grid.ts";

test.each([[0.0004, 0.0005], [0.003, 0.005], [0.011, 0.02], [0.06, 0.1], [1, 1]])("the step after %d is %d", (least, step) => {
  expect(niceStep(least)).toBeCloseTo(step, 10);
});

test("a grid stays few lines whatever is looked at", () => {
  for (const width of [0.001, 0.02, 0.7, 30]) {
    const lines = grid(85, 27, 85 + width, 27 + width).geometry.coordinates.length;
    expect(lines).toBeGreaterThan(3);
    expect(lines).toBeLessThan(24);
  }
});
