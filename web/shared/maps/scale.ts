// The scale of a map in the digits and words of the page's language; MapLibre's own knows Latin digits alone.
import type { IControl, Map as MapLibre } from "maplibre-gl";
import { speaker } from "../words.ts";
import { scaleBar, scaleWords } from "./scale_bar.ts";
import words from "./words.json";

const ROOM_PX = 96;
const EARTH_M = 40_075_016.7;
const TILE_PX = 512;

export class Scale implements IControl {
  readonly #bar = document.createElement("div");
  readonly #say = speaker(document.documentElement.lang === "ne" ? "ne" : "en", words);
  #map: MapLibre | undefined;

  onAdd(map: MapLibre): HTMLElement {
    this.#map = map;
    this.#bar.className = "maplibregl-ctrl maplibregl-ctrl-scale";
    map.on("move", this.#draw);
    this.#draw();
    return this.#bar;
  }

  onRemove(): void {
    this.#map?.off("move", this.#draw);
    this.#map = undefined;
    this.#bar.remove();
  }

  readonly #draw = (): void => {
    if (this.#map === undefined) return;
    const metres_per_px = (EARTH_M * Math.cos((this.#map.getCenter().lat * Math.PI) / 180)) / (TILE_PX * 2 ** this.#map.getZoom());
    const { metres, width_px } = scaleBar(metres_per_px, ROOM_PX);
    const { key, count } = scaleWords(metres);
    this.#bar.style.width = `${width_px}px`;
    this.#bar.textContent = this.#say(key, { count });
  };
}
