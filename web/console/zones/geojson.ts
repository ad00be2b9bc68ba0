// Zones out of and into GeoJSON files (RFC 7946), as other programs write them.
import type { components } from "../../shared/api.ts";
import { type Corner, type Outline, cornerAt } from "./polygon.ts";

export type Zone = components["schemas"]["ZoneAnswer"];
export type Area = components["schemas"]["Area"];
export type Weights = components["schemas"]["ZoneWeights"];
export type Fees = components["schemas"]["ZoneFeesAnswer"];

/** What of a zone may be in a file beside its outline. */
export interface FoundZone {
  name: string;
  outline: Outline;
  holes: readonly Outline[];
  mode: Zone["mode"];
  rolling: boolean;
  tick_s: number | null;
  radius_km: number | null;
  weights: Weights | null;
  fees: Fees | null;
  capacity: number | null;
}

const MODES: readonly string[] = ["direct", "one", "waves", "all"];

export function areaOf(outline: Outline, holes: readonly Outline[]): Area {
  return { type: "Polygon", coordinates: [outline, ...holes].map((ring) => [...ring, ...ring.slice(0, 1)].map(([lon, lat]) => [lon, lat])) };
}

/** The outline and the holes of an area; the server's rings are closed, ours are not. */
export function ringsOf(area: { coordinates: readonly (readonly (readonly number[])[])[] }): { outline: Outline; holes: Outline[] } {
  const [outline = [], ...holes] = area.coordinates.map((ring) => {
    const corners = ring.map(([lon = 0, lat = 0]): Corner => cornerAt(lon, lat));
    const [first, last] = [corners[0], corners.at(-1)];
    return corners.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1] ? corners.slice(0, -1) : corners;
  });
  return { outline, holes };
}

/** All zones as a file. */
export function fileOf(zones: readonly Zone[]): string {
  const features = zones.map(({ area, name, mode, rolling, tick_s, radius_km, weights, fees, capacity }) => ({ type: "Feature", properties: { name, mode, rolling, tick_s, radius_km, weights, fees, capacity }, geometry: area }));
  return `${JSON.stringify({ type: "FeatureCollection", features }, null, 1)}\n`;
}

/** The polygons of a file, each a zone; of several in one feature each is one. Null where the file is no GeoJSON; empty where it has none. */
export function zonesOf(text: string): FoundZone[] | null {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(file) && typeof file["type"] === "string" ? found(file, {}) : null;
}

function found(one: Record<string, unknown>, properties: Record<string, unknown>): FoundZone[] {
  switch (one["type"]) {
    case "FeatureCollection":
      return listOf(one["features"]).flatMap((feature) => (isRecord(feature) ? found(feature, {}) : []));
    case "Feature":
      return isRecord(one["geometry"]) ? found(one["geometry"], isRecord(one["properties"]) ? one["properties"] : {}) : [];
    case "GeometryCollection":
      return listOf(one["geometries"]).flatMap((geometry) => (isRecord(geometry) ? found(geometry, properties) : []));
    case "MultiPolygon":
      return listOf(one["coordinates"]).flatMap((coordinates, at) => zoneOf(coordinates, properties, at === 0 ? "" : ` ${at + 1}`));
    case "Polygon":
      return zoneOf(one["coordinates"], properties, "");
    default:
      return [];
  }
}

function zoneOf(coordinates: unknown, properties: Record<string, unknown>, which: string): FoundZone[] {
  const rings = listOf(coordinates).map((ring) => listOf(ring).filter(isPlace));
  if (rings.length === 0 || rings.some((ring) => ring.length < 3)) return [];
  const { name, mode, rolling, tick_s, radius_km, weights, fees, capacity } = properties;
  return [
    {
      ...ringsOf({ coordinates: rings }),
      name: typeof name === "string" ? `${name}${which}` : which.trim(),
      mode: typeof mode === "string" && MODES.includes(mode) ? (mode as Zone["mode"]) : null,
      rolling: rolling === true,
      tick_s: typeof tick_s === "number" ? tick_s : null,
      radius_km: typeof radius_km === "number" ? radius_km : null,
      weights: isWeights(weights) ? weights : null,
      fees: isFees(fees) ? fees : null,
      capacity: typeof capacity === "number" ? capacity : null,
    },
  ];
}

function isWeights(value: unknown): value is Weights {
  return isRecord(value) && ["distance", "rating", "capacity", "workload"].every((name) => typeof value[name] === "number");
}

function isFees(value: unknown): value is Fees {
  return isRecord(value) && ["base", "per_km"].every((name) => typeof value[name] === "number");
}

function isPlace(value: unknown): value is [number, number] {
  return Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
