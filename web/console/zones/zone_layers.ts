// How zones look on a map: an outline with its name, hatched while it is paused.
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { EMPTY, type Over, colour } from "../../shared/base_map.ts";
import { FONT } from "../../shared/city_layers.ts";
import { ASIDE } from "../../shared/maps/covered.ts";
import type { Zone } from "./geojson.ts";

const SOURCE = "zones";
const HATCH = "hatch-";
const HATCH_PX = 12;

/** Lies below everything else that a page draws. */
export const zonesOver: Over = () => ({
  sources: { [SOURCE]: { type: "geojson", data: EMPTY as never } },
  layers: [
    { id: "zones-open", type: "fill", source: SOURCE, filter: ["!", ["get", "paused"]], paint: { "fill-color": colour("--accent"), "fill-opacity": 0.06 } },
    // The name says the colour, so that a change of it makes another picture.
    { id: "zones-paused", type: "fill", source: SOURCE, filter: ["get", "paused"], paint: { "fill-pattern": `${HATCH}${colour("--late")}` } },
    { id: "zones-edge", type: "line", source: SOURCE, paint: { "line-color": ["case", ["get", "paused"], colour("--late"), colour("--accent")], "line-width": ["case", ["get", "open"], 3, 1.5] } },
    {
      id: "zones-name",
      type: "symbol",
      source: SOURCE,
      layout: { ...ASIDE, "text-field": ["get", "label"], "text-font": [FONT], "text-size": 13 },
      paint: { "text-color": ["case", ["get", "paused"], colour("--late"), colour("--ink")], "text-halo-color": colour("--map-land"), "text-halo-width": 2 },
    },
  ],
});

/** Pictures of the hatching are made when a map first wants them. */
export function drawHatches(map: MapLibre): void {
  map.setMissingStyleImageResolver((id) => {
    if (id.startsWith(HATCH) && !map.hasImage(id)) map.addImage(id, hatch(id.slice(HATCH.length)));
  });
}

function hatch(colour: string): ImageData {
  const paper = document.createElement("canvas");
  paper.width = paper.height = HATCH_PX;
  const ink = paper.getContext("2d");
  if (ink === null) return new ImageData(HATCH_PX, HATCH_PX);
  ink.strokeStyle = colour;
  ink.lineWidth = 2;
  for (const at of [-HATCH_PX, 0, HATCH_PX]) {
    ink.beginPath();
    ink.moveTo(at - 2, HATCH_PX + 2);
    ink.lineTo(at + HATCH_PX + 2, -2);
    ink.stroke();
  }
  return ink.getImageData(0, 0, HATCH_PX, HATCH_PX);
}

/** `words`: what stands at a zone; `open`: the one that is looked at. The map has loaded. */
export function showZones(map: MapLibre, zones: readonly Zone[], words: (zone: Zone) => string, open: number | null = null): void {
  const features = zones.map((zone) => ({
    type: "Feature",
    properties: { id: zone.id, label: words(zone), paused: zone.paused_at !== null, open: zone.id === open },
    geometry: zone.area,
  }));
  (map.getSource(SOURCE) as GeoJSONSource).setData({ type: "FeatureCollection", features } as never);
}
