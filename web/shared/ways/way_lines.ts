// The way that a parcel went, out of what the API tells for maps.
import type { components } from "../api.ts";

export type Way = components["schemas"]["PathFeature"];

export interface Place {
  lat: number;
  lon: number;
}

/** Its lines, between which nothing was heard; of a way of one place that place, and nothing of none. */
export function linesOf({ geometry }: Pick<Way, "geometry">): Place[][] {
  if (geometry === null) return [];
  if (geometry.type === "Point") return [[placeOf(geometry.coordinates)]];
  const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
  return lines.map((line) => line.map(placeOf));
}

function placeOf([lon = 0, lat = 0]: readonly number[]): Place {
  return { lat, lon };
}
