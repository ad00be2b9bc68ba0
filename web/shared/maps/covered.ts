// What the marks of a page cover on a map, so that names of places stand beside them and not beneath: to MapLibre they are pictures that nobody sees.
import type { AddLayerObject, GeoJSONSource, Map as MapLibre, SymbolLayerSpecification } from "maplibre-gl";
import { OnceThere } from "./once_there.ts";

export const COVERED = "covered";
const PICTURE = "covers-";
// Names are placed anew when something has moved so far: pixels.
const STEP_PX = 6;
// So few sizes of pictures.
const SIZE_PX = 4;
const TILE_PX = 512;

/** A box around a place, in pixels. */
export interface Cover {
  lat: number;
  lon: number;
  width: number;
  height: number;
}

/** Where a name stands: at its place, else beside it; the first that is free, and where none is it is left out. In widths of an m. */
export const ASIDE: SymbolLayerSpecification["layout"] & object = {
  "text-variable-anchor-offset": ["center", [0, 0], "bottom", [0, -1.1], "top", [0, 1.1], "left", [1.2, 0], "right", [-1.2, 0], "bottom", [0, -1.8], "top", [0, 1.8], "left", [2, 0], "right", [-2, 0]],
  "text-justify": "auto",
};

/** Lies above the names that are to give way. Its source is `COVERED`. */
export function coveringLayer(): AddLayerObject & SymbolLayerSpecification {
  return {
    id: COVERED,
    type: "symbol",
    source: COVERED,
    layout: { "icon-image": ["get", "picture"], "icon-padding": 0, "icon-allow-overlap": true, "icon-ignore-placement": false },
  };
}

/** The boxes as they are given to MapLibre. */
export function featuresOf(covers: readonly Cover[]): object[] {
  return covers.map(({ lat, lon, width, height }) => ({
    type: "Feature",
    properties: { picture: `${PICTURE}${sized(width)}x${sized(height)}` },
    geometry: { type: "Point", coordinates: [lon, lat] },
  }));
}

/** Tells steps of a few pixels apart, and nothing less. `zoom`: of the map. */
export function placedAt(covers: readonly Cover[], zoom: number): string {
  const step = (STEP_PX / (TILE_PX * 2 ** zoom)) * 360;
  return covers.map(({ lat, lon, width, height }) => [lon / step, lat / step, sized(width), sized(height)].map(Math.round).join()).join(";");
}

/** Keeps names clear of what it is told. The map's style has `coveringLayer` and its source. */
export class Covered {
  readonly #once: OnceThere;
  #placed = "";

  constructor(private readonly map: MapLibre) {
    this.#once = new OnceThere(map);
  }

  set(covers: readonly Cover[]): void {
    const placed = placedAt(covers, this.map.getZoom());
    if (placed === this.#placed) return;
    this.#placed = placed;
    this.#once.draw(COVERED, () => {
      for (const { width, height } of covers) this.#picture(sized(width), sized(height));
      (this.map.getSource(COVERED) as GeoJSONSource).setData({ type: "FeatureCollection", features: featuresOf(covers) } as never);
    });
  }

  #picture(width: number, height: number): void {
    const id = `${PICTURE}${width}x${height}`;
    if (!this.map.hasImage(id)) this.map.addImage(id, { width, height, data: new Uint8ClampedArray(width * height * 4) });
  }
}

function sized(length: number): number {
  return Math.ceil(length / SIZE_PX) * SIZE_PX;
}
