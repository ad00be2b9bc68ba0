import { expect, test } from "vitest";
import { type Zone, areaOf, fileOf, ringsOf, zonesOf } from "./geojson.ts";
import type { Outline } from "./polygon.ts";

const outline: Outline = [[85.3, 27.7], [85.31, 27.7], [85.31, 27.71]];
const hole: Outline = [[85.305, 27.702], [85.306, 27.702], [85.306, 27.703]];
const weights = { distance: 1, rating: 2, capacity: 0, workload: 1 };

test("rings are closed for the server and open for whoever draws", () => {
  const area = areaOf(outline, [hole]);
  expect(area.coordinates[0]).toEqual([...outline, outline[0]]);
  expect(ringsOf(area)).toEqual({ outline, holes: [hole] });
});

test("what is written into a file comes back out of it", () => {
  const zone = { id: 1, name: "Thamel", area: areaOf(outline, [hole]), area_km2: 1, mode: "waves", rolling: true, tick_s: 20, radius_km: 3, weights, fees: { base: 50, per_km: 12.5 }, capacity: 40, paused_at: null, pause_reason: "", version: 4 } as Zone;
  expect(zonesOf(fileOf([zone]))).toEqual([{ name: "Thamel", outline, holes: [hole], mode: "waves", rolling: true, tick_s: 20, radius_km: 3, weights, fees: { base: 50, per_km: 12.5 }, capacity: 40 }]);
});

test("polygons are found however a program wraps them, and of several in one feature each is a zone", () => {
  const polygon = areaOf(outline, []);
  expect(zonesOf(JSON.stringify(polygon))?.map((one) => one.name)).toEqual([""]);
  const many = { type: "Feature", properties: { name: "Patan", mode: "teleport", tick_s: "soon" }, geometry: { type: "MultiPolygon", coordinates: [polygon.coordinates, polygon.coordinates] } };
  expect(zonesOf(JSON.stringify(many))).toEqual(["Patan", "Patan 2"].map((name) => ({ name, outline, holes: [], mode: null, rolling: false, tick_s: null, radius_km: null, weights: null, fees: null, capacity: null })));
  const mixed = { type: "FeatureCollection", features: [{ type: "Feature", properties: null, geometry: { type: "Point", coordinates: [85, 27] } }, many, null, "x", { type: "Feature", geometry: { type: "GeometryCollection", geometries: [polygon] } }] };
  expect(zonesOf(JSON.stringify(mixed))).toHaveLength(3);
});

test("a file that is no GeoJSON is told apart from one without polygons", () => {
  for (const text of ["", "{", "[]", "null", "7", '{"a": 1}']) expect([text, zonesOf(text)]).toEqual([text, null]);
  for (const text of ['{"type": "FeatureCollection"}', '{"type": "Polygon", "coordinates": "x"}', '{"type": "Polygon", "coordinates": [[[1, 2], [3]]]}']) expect([text, zonesOf(text)]).toEqual([text, []]);
});
