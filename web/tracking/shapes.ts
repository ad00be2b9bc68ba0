// Shapes that are drawn under the courier.
import type { Feature, Polygon } from "geojson";
import type { Shown } from "../shared/motion.ts";
import type { Area } from "./parcel.ts";

const METRES_A_DEGREE = 111_195;
const CORNERS = 48;

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

/** West, south, east and north of an area. */
export function bounds(area: Area): [number, number, number, number] {
  const { latitude, longitude, height_deg, width_deg } = area;
  return [longitude - width_deg / 2, latitude - height_deg / 2, longitude + width_deg / 2, latitude + height_deg / 2];
}

/** An area as a shape with round corners: its edges are those of a cell, which no street keeps to. */
export function rounded(area: Area): Feature<Polygon> {
  const { latitude, longitude, height_deg, width_deg } = area;
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (corner / CORNERS) * 2 * Math.PI;
    return [longitude + squared(Math.cos(angle)) * (width_deg / 2), latitude + squared(Math.sin(angle)) * (height_deg / 2)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

// Of a circle a square with round corners.
const squared = (part: number): number => Math.sign(part) * Math.sqrt(Math.abs(part));
