// The ground that every map stands on: streets of the city that the operator imported, else a quiet grid with names of
// places; countries from far away. What a page draws itself lies above it.
import { AttributionControl, type GeoJSONSource, type LayerSpecification, Map as MapLibre, type MapOptions, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import "./base_map.css"; // after it, whose words it changes
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import devanagariUrl from "@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-devanagari-400-normal.woff2?url";
import countriesUrl from "world-atlas/countries-50m.json?url";
import { CITY, FONT, cityLayers } from "./city_layers.ts";
import { waitBefore } from "./backoff.ts";
import { grid } from "./grid.ts";
import { type Ground, covers, escaped, whatThereIs } from "./ground.ts";
import { LANDMARKS, landmarkLayers, landmarkSource } from "./maps/landmarks.ts";
import { shareWheel } from "./maps/wheel.ts";

setWorkerUrl(workerUrl);

/** What a page draws on the ground. Called again when the colours change, so it reads them with `colour`. */
export type Over = () => { sources: StyleSpecification["sources"]; layers: LayerSpecification[] };

const NOTHING_OVER: Over = () => ({ sources: {}, layers: [] });
const NEPAL: [number, number] = [85.324, 27.7172];
const DEVANAGARI = ["U+0900-097F", "U+200C-200D", "U+25CC"];
const OSM = '<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noreferrer">© OpenStreetMap contributors</a>';
const TILES = "tiles";
// What the imported layers go below, and all that a page draws.
const BELOW = "countries";
// Coarser than this the outlines of countries say where one is; finer, they are lines through a town.
const COUNTRIES_BELOW_ZOOM = 10;
export const EMPTY = { type: "FeatureCollection", features: [] } as const;

/** A colour of tokens.css as it is now, light or dark. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The ground, and above it what the page draws. For a map that is not made by `makeMap`; `keepBase` keeps it up to date. */
export function baseStyle(over: Over = NOTHING_OVER): StyleSpecification {
  const { sources, layers } = over();
  return {
    version: 8,
    "font-faces": { [FONT]: [{ url: new URL(devanagariUrl, location.href).href, "unicode-range": DEVANAGARI }] },
    sources: {
      countries: { type: "geojson", data: EMPTY as never, attribution: "Natural Earth" },
      grid: { type: "geojson", data: EMPTY as never },
      ...sources,
    },
    layers: [...groundLayers(), ...layers],
  };
}

function groundLayers(): LayerSpecification[] {
  return [
    { id: "ground", type: "background", paint: { "background-color": colour("--map-land") } },
    { id: "grid", type: "line", source: "grid", paint: { "line-color": colour("--map-line"), "line-width": 1 } },
    { id: "countries", type: "line", source: "countries", maxzoom: COUNTRIES_BELOW_ZOOM, paint: { "line-color": colour("--edge"), "line-width": 1 } },
  ];
}

/** The city, or the pictures of an online server, made as quiet as the city is; without either the names of places. */
function laidLayers({ city, tiles }: Ground): LayerSpecification[] {
  if (city !== null) return cityLayers(colour, document.documentElement.lang);
  if (tiles === null) return landmarkLayers(colour, document.documentElement.lang, FONT);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return [{ id: TILES, type: "raster", source: TILES, paint: { "raster-saturation": -0.8, "raster-opacity": dark ? 0.25 : 0.6 } }];
}

/** Fetches the program of the worker, which then lies in the browser's cache. Rejects where it cannot be had. */
export async function workerThere(): Promise<void> {
  const reply = await fetch(workerUrl);
  if (!reply.ok) throw new Error(`worker: ${reply.status}`);
  await reply.arrayBuffer();
}

/** A map on the ground, looked at from above; `options` change what MapLibre is given. Throws where the browser cannot draw it. */
export function makeMap(container: HTMLElement, over: Over = NOTHING_OVER, options: Partial<MapOptions> = {}): MapLibre {
  const map = new MapLibre({
    container,
    style: baseStyle(over),
    center: NEPAL,
    zoom: 12,
    maxZoom: 18,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    ...options,
    attributionControl: false,
  });
  map.touchZoomRotate.disableRotation();
  // Never folded away: whose streets these are must be read wherever they are drawn.
  map.addControl(new AttributionControl({ compact: false }));
  if (options.interactive !== false) shareWheel(container);
  keepBase(map, over);
  return map;
}

/** Keeps a map whose style came from `baseStyle` up to date: city, grid, countries, light and dark. Ends when the map is removed. */
export function keepBase(map: MapLibre, over: Over = NOTHING_OVER): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let ground: Ground = { city: null, tiles: null };
  let laid = false;
  let countriesDrawn = false;
  let loaded = false;
  let removed = false;
  const drawGrid = (): void => {
    const seen = map.getBounds();
    (map.getSource("grid") as GeoJSONSource | undefined)?.setData(grid(seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()));
    const { lng, lat } = map.getCenter();
    map.setLayoutProperty("grid", "visibility", covers(ground, lng, lat) ? "none" : "visible");
  };
  const drawCountries = async (): Promise<void> => {
    if (countriesDrawn || map.getZoom() >= COUNTRIES_BELOW_ZOOM) return;
    countriesDrawn = true;
    const [{ mesh }, reply] = await Promise.all([import("topojson-client"), fetch(countriesUrl)]);
    const atlas = (await reply.json()) as Parameters<typeof mesh>[0];
    (map.getSource("countries") as GeoJSONSource | undefined)?.setData(mesh(atlas, atlas.objects["countries"] as never));
  };
  const draw = (): void => {
    if (!loaded) return;
    drawGrid();
    drawCountries().catch(() => {
      countriesDrawn = false; // the next move tries again
    });
  };
  const layGround = async (): Promise<void> => {
    ground = await whatThereIs();
    if (removed) return;
    if (ground.city !== null) map.addSource(CITY, { type: "vector", url: `pmtiles://${ground.city.address}`, attribution: OSM });
    else if (ground.tiles !== null) map.addSource(TILES, { type: "raster", tiles: [ground.tiles.url], tileSize: 256, attribution: escaped(ground.tiles.attribution) });
    else map.addSource(LANDMARKS, landmarkSource());
    for (const layer of laidLayers(ground)) map.addLayer(layer, BELOW);
    laid = true;
    drawGrid();
  };
  // Until then the grid stays.
  const layGroundSoon = (failures: number): void => {
    layGround().catch(() => {
      if (!removed) setTimeout(() => removed || layGroundSoon(failures + 1), waitBefore(failures + 1));
    });
  };
  // Colours alone change, so nothing that was drawn is lost.
  const recolour = (): void => {
    if (!loaded) return;
    for (const layer of [...groundLayers(), ...(laid ? laidLayers(ground) : []), ...over().layers]) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
    }
  };
  map.on("load", () => {
    loaded = true;
    recolour(); // they may have changed since the style was made
    draw();
    layGroundSoon(0);
  });
  map.on("moveend", draw);
  map.on("remove", () => {
    removed = true;
    dark.removeEventListener("change", recolour);
  });
  dark.addEventListener("change", recolour);
}
