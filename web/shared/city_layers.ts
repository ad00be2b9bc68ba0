// How the imported city is drawn: quieter than what moves on it. Its layers are named in api/basemap/selection.py.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import { ASIDE } from "./maps/covered.ts";

export const CITY = "city";
// Font faces of the style: what lies in none of them the browser draws with its own fonts.
export const FONT = "map";

type Colour = (name: string) => string;

const kind = (...names: string[]): FilterSpecification => ["in", ["get", "kind"], ["literal", names]];

/** A width in pixels that grows with the zoom as streets do. */
const wide = (at10: number, at14: number, at18: number): ExpressionSpecification => ["interpolate", ["exponential", 1.5], ["zoom"], 10, at10, 14, at14, 18, at18];

/** The streets, water, greens, borders and names, from the ground upwards. */
export function cityLayers(colour: Colour, language: string): LayerSpecification[] {
  const water = colour("--map-water");
  const green = colour("--map-green");
  const road = colour("--map-road");
  const main = colour("--map-main");
  const source = CITY;
  return [
    { id: "city-land", type: "fill", source, "source-layer": "land", paint: { "fill-color": green } },
    { id: "city-water", type: "fill", source, "source-layer": "water", paint: { "fill-color": water } },
    { id: "city-waterways", type: "line", source, "source-layer": "waterways", filter: kind("river", "canal", "stream"), paint: { "line-color": water, "line-width": wide(1, 2.5, 10) } },
    { id: "city-coast", type: "line", source, "source-layer": "waterways", filter: kind("coast"), paint: { "line-color": water, "line-width": 2 } },
    { id: "city-paths", type: "line", source, "source-layer": "roads", filter: kind("path"), minzoom: 14, paint: { "line-color": road, "line-width": wide(0.3, 0.8, 3), "line-dasharray": [2, 1.5] } },
    { id: "city-streets", type: "line", source, "source-layer": "roads", filter: kind("service", "minor"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": road, "line-width": wide(0.4, 2, 14) } },
    { id: "city-rails", type: "line", source, "source-layer": "rails", paint: { "line-color": main, "line-width": wide(0.5, 1, 3) } },
    { id: "city-middle", type: "line", source, "source-layer": "roads", filter: kind("middle"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": main, "line-width": wide(0.8, 2.5, 18) } },
    { id: "city-main", type: "line", source, "source-layer": "roads", filter: kind("main", "motorway"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": main, "line-width": wide(1.2, 4, 24) } },
    { id: "city-borders", type: "line", source, "source-layer": "borders", paint: { "line-color": colour("--edge"), "line-width": 1, "line-opacity": 0.5, "line-dasharray": [4, 3] } },
    { id: "city-street-names", type: "symbol", source, "source-layer": "roads", filter: kind("minor", "middle", "main", "motorway"), minzoom: 15, layout: { ...named(language), "symbol-placement": "line", "text-size": 12 }, paint: lettered(colour) },
    { id: "city-places", type: "symbol", source, "source-layer": "places", layout: { ...ASIDE, ...named(language), "text-size": ["match", ["get", "kind"], "city", 17, "town", 15, 13], "text-padding": 8, "symbol-sort-key": ["match", ["get", "kind"], "city", 0, "town", 1, "suburb", 2, 3] }, paint: lettered(colour) },
  ];
}

/** The name in the reader's language; else as it is written there. */
function named(language: string) {
  const own = `name_${language}`;
  const text: ExpressionSpecification = ["coalesce", ["get", own], ["get", "name"], ""];
  return { "text-field": text, "text-font": [FONT] };
}

function lettered(colour: Colour) {
  return { "text-color": colour("--ink-2"), "text-halo-color": colour("--map-land"), "text-halo-width": 1.5 };
}
