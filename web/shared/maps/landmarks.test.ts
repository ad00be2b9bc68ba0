import { expect, test } from "vitest";
import landmarks from "./landmarks.json";
import { landmarkLayers, landmarkSource } from "./landmarks.ts";

test("every place that maps name lies in Nepal, has both names, and is named once", () => {
  for (const { en, ne, lat, lon } of landmarks) {
    expect(en).toMatch(/^[A-Z][A-Za-z ]+$/);
    expect(ne).toMatch(/^[\u0900-\u097f ]+$/);
    expect(lat).toBeGreaterThan(26.3);
    expect(lat).toBeLessThan(30.5);
    expect(lon).toBeGreaterThan(80);
    expect(lon).toBeLessThan(88.3);
  }
  expect(new Set(landmarks.map(({ en }) => en)).size).toBe(landmarks.length);
  expect(new Set(landmarks.map(({ ne }) => ne)).size).toBe(landmarks.length);
});

test("a map names places in the page's language, and lets larger ones go before", () => {
  const { data } = landmarkSource([{ kind: "quarter", en: "Asan", ne: "असन", lat: 27.7, lon: 85.3 }]);
  expect(data).toMatchObject({ features: [{ properties: { kind: "quarter", en: "Asan", ne: "असन" }, geometry: { coordinates: [85.3, 27.7] } }] });
  const drawn = landmarkLayers((name) => name, "ne", "map");
  expect(drawn.map(({ id }) => id)).toEqual(["landmarks-quarter", "landmarks-town", "landmarks-city"]);
  expect(drawn[0]).toMatchObject({ layout: { "text-field": ["get", "ne"] }, minzoom: 10.5 });
  expect(landmarkLayers((name) => name, "en", "map")[0]).toMatchObject({ layout: { "text-field": ["get", "en"] } });
});
