// Names of places where there are no streets: by them a person knows which part of which town a map shows.
import type { FilterSpecification, GeoJSONSourceSpecification, LayerSpecification } from "maplibre-gl";
import { ASIDE } from "./covered.ts";
import landmarks from "./landmarks.json";

export const LANDMARKS = "landmarks";

/** From which zoom on each kind is named: nearer than a kind's names stand apart. */
const FROM_ZOOM = { city: 5, town: 8, quarter: 10.5 } as const;

export interface Landmark {
  kind: keyof typeof FROM_ZOOM;
  en: string;
  ne: string;
  lat: number;
  lon: number;
}

/** The places as a source of a map. */
export function landmarkSource(places: readonly Landmark[] = landmarks as Landmark[]): GeoJSONSourceSpecification {
  const features = places.map(({ lat, lon, ...known }) => ({ type: "Feature" as const, properties: known, geometry: { type: "Point" as const, coordinates: [lon, lat] } }));
  return { type: "geojson", data: { type: "FeatureCollection", features } };
}

/** The names, in the page's language, the larger places first where there is room for one alone. */
export function landmarkLayers(colour: (name: string) => string, language: string, font: string): LayerSpecification[] {
  const name = language === "ne" ? "ne" : "en";
  const kinds = Object.keys(FROM_ZOOM) as (keyof typeof FROM_ZOOM)[];
  const layer = (kind: keyof typeof FROM_ZOOM): LayerSpecification => ({
    id: `landmarks-${kind}`,
    type: "symbol",
    source: LANDMARKS,
    minzoom: FROM_ZOOM[kind],
    filter: ["==", ["get", "kind"], kind] as FilterSpecification,
    layout: { ...ASIDE, "text-field": ["get", name], "text-font": [font], "text-size": kind === "city" ? 15 : 13, "text-padding": 8 },
    paint: { "text-color": colour("--ink-2"), "text-halo-color": colour("--map-land"), "text-halo-width": 1.5 },
  });
  // MapLibre gives the room to what lies highest.
  return kinds.reverse().map(layer);
}
