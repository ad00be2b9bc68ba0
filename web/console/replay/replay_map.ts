// The map of a replay: where everybody was at a moment, and the way of the one that is followed.
import { type GeoJSONSource, type Map as MapLibre } from "maplibre-gl";
import { EMPTY, type Over, colour, makeMap } from "../../shared/base_map.ts";
import { Scale } from "../../shared/maps/scale.ts";
import type { Seen } from "./tracks.ts";

const MARGIN_PX = 40;
const REACH_PX = 12;

const over: Over = () => ({
  sources: Object.fromEntries(["trail", "fleet"].map((name) => [name, { type: "geojson", data: EMPTY as never }])),
  layers: [
    { id: "trail", type: "line", source: "trail", paint: { "line-color": colour("--accent"), "line-width": 3, "line-opacity": 0.7 } },
    {
      id: "fleet",
      type: "circle",
      source: "fleet",
      // Who was not heard around then is hollow.
      paint: {
        "circle-radius": ["case", ["get", "followed"], 9, 6],
        "circle-color": ["case", ["get", "sure"], colour("--way"), colour("--map-land")],
        "circle-stroke-color": ["case", ["get", "followed"], colour("--ink"), ["get", "sure"], colour("--surface"), colour("--stale")],
        "circle-stroke-width": ["case", ["get", "followed"], 3, 2],
      },
    },
  ],
});

export class ReplayMap {
  readonly #map: MapLibre;
  #loaded = false;
  #later: (() => void) | null = null;
  #fitted = false;

  /** Throws where the browser cannot draw it. */
  constructor(container: HTMLElement, onPick: (courier: number) => void) {
    this.#map = makeMap(container, over);
    this.#map.addControl(new Scale(), "bottom-left");
    this.#map.on("load", () => {
      this.#loaded = true;
      this.#later?.();
    });
    this.#map.on("click", ({ point: { x, y } }) => {
      if (!this.#loaded) return;
      const [found] = this.#map.queryRenderedFeatures([[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]], { layers: ["fleet"] });
      const id: unknown = found?.properties["id"];
      if (typeof id === "number") onPick(id);
    });
  }

  show(seen: readonly Seen[], followed: number | null, trail: readonly (readonly (readonly [number, number])[])[]): void {
    this.#later = () => {
      const points = seen.map(({ id, lat, lon, sure }) => ({ type: "Feature", properties: { id, sure, followed: id === followed }, geometry: { type: "Point", coordinates: [lon, lat] } }));
      this.#set("fleet", points);
      this.#set("trail", trail.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } })));
    };
    if (this.#loaded) this.#later();
  }

  /** All of these in sight, the first time. */
  fit(lons: readonly number[], lats: readonly number[]): void {
    if (this.#fitted || lons.length === 0) return;
    this.#fitted = true;
    const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
    const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
    this.#map.fitBounds([least(lons), least(lats), most(lons), most(lats)], { padding: MARGIN_PX, maxZoom: 15, animate: false });
  }

  remove(): void {
    this.#map.remove();
  }

  #set(source: string, features: readonly object[]): void {
    (this.#map.getSource(source) as GeoJSONSource).setData({ type: "FeatureCollection", features } as never);
  }
}
