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

/** A way that was gone: its lines, a hollow mark where it begins and a full one where it ends; of one place that end alone. */
export function wentFeatures(lines: readonly (readonly Point[])[]): object[] {
  const [first, last] = [lines[0]?.[0], lines.at(-1)?.at(-1)];
  const ends = last === undefined ? [] : first === undefined || first === last ? [point(last, { pickup: false })] : [point(first, { pickup: true }), point(last, { pickup: false })];
  return [...lines.filter((one) => one.length > 1).map((one) => line(one)), ...ends];
}
