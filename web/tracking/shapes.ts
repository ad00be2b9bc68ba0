// Shapes that are drawn under the courier.
import type { Feature, Polygon } from "geojson";
import type { Shown } from "../shared/motion.ts";

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
