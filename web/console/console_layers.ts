// What the console's map draws itself, below the fleet: zones, ways, what waits, doors, counts and how old a position is.
import type { CircleLayerSpecification, SymbolLayerSpecification } from "maplibre-gl";
import { EMPTY, type Over, colour } from "../shared/base_map.ts";
import { FONT } from "../shared/city_layers.ts";
import { COVERED, coveringLayer } from "../shared/maps/covered.ts";
import { zonesOver } from "./zones/zone_layers.ts";

const DIMMED = 0.25;

/** The sign of what is late, within its ring or beside it: nobody has to tell colours apart. */
const mark = (source: string, beside = 0): SymbolLayerSpecification => ({
  id: `${source}-late`,
  type: "symbol",
  source,
  filter: ["get", "late"],
  layout: { "text-field": "!", "text-font": [FONT], "text-size": 14, "text-offset": [beside, 0], "text-allow-overlap": true, "text-ignore-placement": true },
  paint: { "text-color": colour("--late"), "text-halo-color": colour("--late"), "text-halo-width": 0.6, "text-opacity": ["case", ["get", "dim"], DIMMED, 1] },
});

/** Where a way begins, hollow, and where it leads. */
const ends = (source: string): CircleLayerSpecification => ({
  id: source,
  type: "circle",
  source,
  paint: { "circle-radius": 7, "circle-color": ["case", ["get", "pickup"], colour("--map-land"), colour("--accent")], "circle-stroke-color": colour("--accent"), "circle-stroke-width": 3 },
});

/** A second ring around what is ticked. */
const chosenRing = (source: string): CircleLayerSpecification => ({
  id: `${source}-chosen`,
  type: "circle",
  source,
  filter: ["get", "chosen"],
  paint: { "circle-radius": ["case", ["get", "late"], 13, 10], "circle-color": colour("--accent"), "circle-opacity": 0, "circle-stroke-color": colour("--accent"), "circle-stroke-width": 3 },
});

export const over: Over = () => ({
  sources: {
    ...zonesOver().sources,
    ...Object.fromEntries(["waiting", "doors", "trail", "went", "plan", "way", "ends", "density", "age", COVERED].map((name) => [name, { type: "geojson", data: EMPTY as never }])),
  },
  layers: [
    ...zonesOver().layers,
    { id: "trail", type: "line", source: "trail", paint: { "line-color": colour("--stale"), "line-width": 3, "line-opacity": 0.7 } },
    // What somebody wants to see is above all streets: with an edge of the ground, so that it is clear in both schemes.
    { id: "went-edge", type: "line", source: "went", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("--map-land"), "line-width": 9 } },
    { id: "went", type: "line", source: "went", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("--accent"), "line-width": 5 } },
    {
      id: "plan",
      type: "line",
      source: "plan",
      layout: { "line-cap": "round" },
      paint: {
        "line-color": ["case", ["get", "chosen"], colour("--ink"), ["get", "moved"], colour("--wait"), colour("--accent")],
        "line-width": ["case", ["get", "chosen"], 4, ["get", "locked"], 3, 1.5],
        "line-opacity": ["case", ["get", "chosen"], 1, 0.7],
      },
    },
    { id: "way", type: "line", source: "way", paint: { "line-color": colour("--accent"), "line-width": 2, "line-dasharray": [2, 2] } },
    {
      id: "density",
      type: "circle",
      source: "density",
      paint: { "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 11, 10, 18, 50, 30], "circle-color": colour("--surface"), "circle-opacity": 0.92, "circle-stroke-color": ["case", [">", ["get", "late"], 0], colour("--late"), colour("--way")], "circle-stroke-width": 2 },
    },
    {
      id: "density-count",
      type: "symbol",
      source: "density",
      layout: { "text-field": ["get", "label"], "text-font": [FONT], "text-size": 13, "text-allow-overlap": true },
      paint: { "text-color": ["case", [">", ["get", "late"], 0], colour("--late"), colour("--ink")] },
    },
    {
      id: "waiting",
      type: "circle",
      source: "waiting",
      paint: {
        "circle-radius": ["case", ["get", "late"], 8, 5],
        "circle-color": colour("--map-land"),
        "circle-stroke-color": ["case", ["get", "late"], colour("--late"), colour("--wait")],
        "circle-stroke-width": 2,
        "circle-opacity": ["case", ["get", "dim"], DIMMED, 1],
        "circle-stroke-opacity": ["case", ["get", "dim"], DIMMED, 1],
      },
    },
    {
      id: "doors",
      type: "circle",
      source: "doors",
      paint: {
        "circle-radius": 5,
        "circle-color": ["case", ["get", "late"], colour("--late"), colour("--accent")],
        "circle-stroke-color": colour("--map-land"),
        "circle-stroke-width": 2,
      },
    },
    ...["waiting", "doors"].map(chosenRing),
    mark("waiting"),
    mark("doors", 0.9), // a dot with the mark beside it: a ring around the mark is what waits
    {
      id: "age",
      type: "symbol",
      source: "age",
      layout: { "text-field": ["get", "words"], "text-font": [FONT], "text-size": 13, "text-anchor": "top", "text-offset": [0, 1.6], "text-allow-overlap": true },
      paint: { "text-color": colour("--ink"), "text-halo-color": colour("--map-land"), "text-halo-width": 2 },
    },
    ends("ends"),
    { ...ends("went-ends"), source: "went", filter: ["==", ["geometry-type"], "Point"] },
    coveringLayer(),
  ],
});
