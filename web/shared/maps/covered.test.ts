import { expect, test } from "vitest";
import { cityLayers } from "../city_layers.ts";
import { type Cover, Covered, coveringLayer, featuresOf, placedAt } from "./covered.ts";
import { landmarkLayers } from "./landmarks.ts";

const AT: Cover = { lat: 27.7, lon: 85.3, width: 26, height: 18 };

test("the names of places stand aside where something covers them", () => {
  const named = [...landmarkLayers((name) => name, "en", "map"), ...cityLayers((name) => name, "en").filter(({ id }) => id === "city-places")];
  expect(named).toHaveLength(4);
  for (const { layout } of named) expect((layout as Record<string, unknown>)["text-variable-anchor-offset"]).toEqual(expect.arrayContaining(["center", "top", "bottom", "left", "right"]));
});

test("what covers them always has its place, and others have none there", () => {
  expect(coveringLayer()).toMatchObject({ layout: { "icon-allow-overlap": true, "icon-ignore-placement": false } });
  expect(featuresOf([AT])).toMatchObject([{ properties: { picture: "covers-28x20" }, geometry: { coordinates: [85.3, 27.7] } }]);
});

test("names are placed anew only when something has moved by more than a person sees", () => {
  const told: number[] = [];
  let load = (): void => undefined;
  const images = new Set<string>();
  const map = {
    on: (_: "load", run: () => void) => (load = run),
    getZoom: () => 12,
    hasImage: (id: string) => images.has(id),
    addImage: (id: string) => images.add(id),
    getSource: () => ({ setData: ({ features }: { features: object[] }) => told.push(features.length) }),
  };
  const covered = new Covered(map as never);
  covered.set([AT]);
  expect(told).toEqual([]); // there is no map yet
  load();
  covered.set([{ ...AT, lon: AT.lon + 1e-5 }]);
  expect(told).toEqual([1]);
  covered.set([{ ...AT, lon: AT.lon + 0.01 }, AT]);
  expect(told).toEqual([1, 2]);
  expect([...images]).toEqual(["covers-28x20"]);
  expect(placedAt([AT], 12)).not.toBe(placedAt([AT], 13));
});
