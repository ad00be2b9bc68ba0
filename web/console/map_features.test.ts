import { expect, test } from "vitest";
import { line, point, wentFeatures } from "./map_features.ts";

const [a, b, c, d] = [1, 2, 3, 4].map((lon) => ({ lat: 27.7, lon })) as [Place, Place, Place, Place];
type Place = { lat: number; lon: number };

test("a way that was gone has a mark where it begins and one where it ends, also where nothing was heard in between", () => {
  const [from, to] = [point(a, { pickup: true }), point(d, { pickup: false })];
  expect(wentFeatures([[a, b, d]])).toEqual([line([a, b, d]), from, to]);
  expect(wentFeatures([[a, b], [c, d]])).toEqual([line([a, b]), line([c, d]), from, to]);
  expect(wentFeatures([[a], [c, d]])).toEqual([line([c, d]), from, to]);
});

test("of one place it is that place, and of none nothing", () => {
  expect(wentFeatures([[a]])).toEqual([point(a, { pickup: false })]);
  expect(wentFeatures([])).toEqual([]);
});
