// Lines to see motion against, where there are no streets.
import type { Feature, MultiLineString } from "geojson";

// Lines across the view: enough to see motion against, few enough to stay quiet.
const LINES_ACROSS = 8;

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
