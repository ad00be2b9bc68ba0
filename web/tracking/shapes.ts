// Shapes that are drawn under the courier.
import type { Feature, MultiLineString, Polygon } from "geojson";
import type { Shown } from "../shared/motion.ts";

const METRES_A_DEGREE = 111_195;
const CORNERS = 48;
// Lines across the view: enough to see motion against, few enough to stay quiet.
const LINES_ACROSS = 8;

/** A circle of so many metres around a point. */
export function circle(at: Shown, radius_m: number): Feature<Polygon> {
  const north = radius_m / METRES_A_DEGREE;
  const east = north / Math.cos((at.lat * Math.PI) / 180);
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (corner / CORNERS) * 2 * Math.PI;
    return [at.lon + east * Math.cos(angle), at.lat + north * Math.sin(angle)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** Lines of latitude and longitude over a box, in steps that a person would choose. */
export function grid(west: number, south: number, east: number, north: number): Feature<MultiLineString> {
  const step = niceStep((east - west) / LINES_ACROSS);
  const lines: [number, number][][] = [];
  for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) lines.push([[lon, south], [lon, north]]);
  for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) lines.push([[west, lat], [east, lat]]);
  return { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } };
}

/** The next of 1, 2, 5 times a power of ten. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power);
}
