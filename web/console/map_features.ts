// What is drawn on the map, as its sources take it.
import type { Point } from "./frames.ts";

export function point({ lat, lon }: Point, properties: object): object {
  return pointAt({ lng: lon, lat }, properties);
}

export function pointAt({ lng: lon, lat }: { lng: number; lat: number }, properties: object): object {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } };
}

export function line(points: readonly Point[], properties: object = {}): object {
  return { type: "Feature", properties, geometry: { type: "LineString", coordinates: points.map(({ lat, lon }) => [lon, lat]) } };
}
