// The map of the room of zones: all of them, and the one that is drawn, whose corners are moved by pointing.
import { type GeoJSONSource, type Map as MapLibre, type MapMouseEvent, type MapTouchEvent } from "maplibre-gl";
import { EMPTY, type Over, colour, makeMap } from "../../shared/base_map.ts";
import { COVERED, Covered, coveringLayer } from "../../shared/maps/covered.ts";
import { OnceThere } from "../../shared/maps/once_there.ts";
import { Scale } from "../../shared/maps/scale.ts";
import type { Zone } from "./geojson.ts";
import { FONT } from "../../shared/city_layers.ts";
import { coversOf } from "../covers.ts";
import { flat } from "../fleet_buffer.ts";
import type { Courier, Point } from "../frames.ts";
import type { Place } from "./lies_in.ts";
import { type Corner, type Outline, cornerAt, crossings, middles, moved, withCorner } from "./polygon.ts";
import { drawHatches, showZones, zonesOver } from "./zone_layers.ts";

const REACH_PX = 14;
const MARGIN_PX = 60;

const over: Over = () => {
  const zones = zonesOver();
  return {
    sources: { ...zones.sources, ...Object.fromEntries(["couriers", "waiting", "places", "drawn", "sides", "corners", COVERED].map((name) => [name, { type: "geojson", data: EMPTY as never }])) },
    layers: [
      ...zones.layers,
      ...townLayers(),
      { id: "drawn", type: "fill", source: "drawn", paint: { "fill-color": colour("--wait"), "fill-opacity": 0.15 } },
      { id: "sides", type: "line", source: "sides", paint: { "line-color": ["case", ["get", "crosses"], colour("--late"), colour("--wait")], "line-width": ["case", ["get", "crosses"], 4, 2] } },
      {
        id: "corners",
        type: "circle",
        source: "corners",
        paint: { "circle-radius": ["case", ["get", "middle"], 4, 7], "circle-color": ["case", ["get", "middle"], colour("--wait"), colour("--surface")], "circle-stroke-color": colour("--wait"), "circle-stroke-width": ["case", ["get", "middle"], 0, 3] },
      },
      coveringLayer(),
    ],
  };
};

/** Who and what is there, below what is drawn; names of stops stand where there is room, so one knows the town without its streets. */
function townLayers(): ReturnType<Over>["layers"] {
  return [
    { id: "couriers", type: "circle", source: "couriers", paint: { "circle-radius": 4, "circle-color": ["case", ["get", "free"], colour("--map-land"), colour("--way")], "circle-stroke-color": ["case", ["get", "free"], colour("--edge"), colour("--way")], "circle-stroke-width": 2 } },
    { id: "waiting", type: "circle", source: "waiting", paint: { "circle-radius": 5, "circle-color": colour("--map-land"), "circle-stroke-color": colour("--wait"), "circle-stroke-width": 2 } },
    {
      id: "places",
      type: "symbol",
      source: "places",
      layout: { "text-field": ["get", "name"], "text-font": [FONT], "text-size": 12, "text-variable-anchor-offset": ["top", [0, 0.9], "bottom", [0, -0.9], "left", [0.9, 0], "right", [-0.9, 0]], "text-justify": "auto" },
      paint: { "text-color": colour("--ink-2"), "text-halo-color": colour("--map-land"), "text-halo-width": 2 },
    },
  ];
}

/** What is on the map beside zones. */
export interface Seen {
  waiting: readonly Point[];
  couriers: readonly Courier[];
  places: readonly Place[];
}

export interface Drawing {
  outline: Outline;
  holes: readonly Outline[];
}

interface Told {
  onOutline: (outline: Outline) => void;
  onPick: (zone: number) => void;
}

export class ZoneMap {
  readonly #map: MapLibre;
  #drawing: Drawing | null = null;
  #dragged: number | null = null;
  /** Outlines that were told and have not come back yet. */
  #told: string[] = [];
  readonly #once: OnceThere;
  readonly #covered: Covered;
  #seen: Seen = { waiting: [], couriers: [], places: [] };

  /** Throws where the browser cannot draw it. */
  constructor(container: HTMLElement, private readonly told: Told) {
    this.#map = makeMap(container, over);
    this.#map.addControl(new Scale(), "bottom-left");
    drawHatches(this.#map);
    this.#map.doubleClickZoom.disable(); // two corners near each other are no wish to come closer
    this.#once = new OnceThere(this.#map);
    this.#covered = new Covered(this.#map);
    this.#map.on("moveend", () => this.#makeRoom());
    this.#map.on("click", (event) => this.#click(event));
    this.#map.on("mousedown", (event) => this.#take(event));
    this.#map.on("touchstart", (event) => event.points.length === 1 && this.#take(event));
    this.#map.on("mousemove", (event) => this.#drag(event));
    this.#map.on("touchmove", (event) => this.#drag(event));
    for (const end of ["mouseup", "touchend", "touchcancel"] as const) this.#map.on(end, () => this.#drop());
  }

  /** All zones but the one that is drawn. */
  zones(zones: readonly Zone[], words: (zone: Zone) => string, open: number | null): void {
    this.#once.draw("zones", () => showZones(this.#map, zones, words, open));
  }

  /** What waits, who is there, and what the stops are called. */
  town(seen: Seen): void {
    const { waiting, couriers, places } = seen;
    this.#seen = seen;
    this.#once.draw("town", () => {
      this.#set("waiting", waiting.map(({ lat, lon }) => feature({}, { type: "Point", coordinates: [lon, lat] })));
      this.#set("places", places.map(({ lat, lon, name }) => feature({ name }, { type: "Point", coordinates: [lon, lat] })));
      this.#set("couriers", couriers.map(({ lat, lon, active }) => feature({ free: active === 0 }, { type: "Point", coordinates: [lon, lat] })));
    });
    this.#makeRoom();
  }

  /** Names stand beside who and what is there. */
  #makeRoom(): void {
    const bounds = this.#map.getBounds();
    const inSight = ({ lat, lon }: Point): boolean => bounds.contains([lon, lat]);
    const parcels = this.#seen.waiting.filter(inSight).map((at) => ({ at, late: false }));
    const couriers = this.#seen.couriers.filter(inSight).map(({ lat, lon }) => ({ ...flat(lat, lon), late: false }));
    this.#covered.set(coversOf({ ends: [], parcels, couriers, looks: "small" }));
  }

  /** The one that is drawn; null where none is. */
  draw(drawing: Drawing | null): void {
    const text = JSON.stringify(drawing?.outline ?? null);
    const echo = this.#told.lastIndexOf(text);
    this.#told = echo < 0 ? [] : this.#told.slice(echo + 1);
    if (this.#told.length > 0 && this.#drawing !== null && drawing !== null) return; // an echo of what was gone beyond since
    this.#told = [];
    this.#drawing = drawing;
    this.#once.draw("drawn", () => this.#show());
  }

  fit(outline: Outline): void {
    if (outline.length === 0) return;
    const [lons, lats] = [outline.map(([lon]) => lon), outline.map(([, lat]) => lat)];
    const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
    const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
    this.#map.fitBounds([least(lons), least(lats), most(lons), most(lats)], { padding: MARGIN_PX, maxZoom: 16, animate: false });
  }

  /** What is in the middle: where a corner comes for who does not point. */
  middle(): Corner {
    const { lng, lat } = this.#map.getCenter();
    return cornerAt(lng, lat);
  }

  remove(): void {
    this.#map.remove();
  }

  #click({ lngLat, point }: MapMouseEvent): void {
    if (this.#drawing === null) {
      const [zone] = this.#once.there ? this.#map.queryRenderedFeatures(point, { layers: ["zones-open", "zones-paused"] }) : [];
      const id: unknown = zone?.properties["id"];
      if (typeof id === "number") this.told.onPick(id);
      return;
    }
    const { outline } = this.#drawing;
    if (this.#near(outline, point) !== null) return;
    this.#tell(withCorner(outline, outline.length, cornerAt(lngLat.lng, lngLat.lat)));
  }

  /** A corner, or the middle of a side, which becomes one. */
  #take(event: MapMouseEvent | MapTouchEvent): void {
    if (this.#drawing === null) return;
    const { outline } = this.#drawing;
    this.#dragged = this.#near(outline, event.point);
    if (this.#dragged === null) {
      const side = this.#near(middles(outline), event.point);
      if (side === null) return;
      this.#dragged = side + 1;
      this.#tell(withCorner(outline, side + 1, middles(outline)[side] as Corner));
    }
    event.preventDefault(); // the map stays where it is
  }

  #drag({ lngLat, point }: MapMouseEvent | MapTouchEvent): void {
    if (this.#drawing === null) return;
    const { outline } = this.#drawing;
    if (this.#dragged !== null) this.#tell(moved(outline, this.#dragged, cornerAt(lngLat.lng, lngLat.lat)));
    else this.#map.getCanvas().style.cursor = this.#near(outline, point) === null && this.#near(middles(outline), point) === null ? "crosshair" : "move";
  }

  /** Known here at once: the next move may come before it was drawn. */
  #tell(outline: Outline): void {
    if (this.#drawing !== null) this.#drawing = { ...this.#drawing, outline };
    this.#told.push(JSON.stringify(outline));
    this.#once.draw("drawn", () => this.#show());
    this.told.onOutline(outline);
  }

  #drop(): void {
    this.#dragged = null;
  }

  #near(corners: Outline, { x, y }: { x: number; y: number }): number | null {
    const found = corners.findIndex(([lon, lat]) => {
      const seen = this.#map.project([lon, lat]);
      return Math.hypot(seen.x - x, seen.y - y) <= REACH_PX;
    });
    return found < 0 ? null : found;
  }

  #show(): void {
    const outline = this.#drawing?.outline ?? [];
    const rings = [outline, ...(this.#drawing?.holes ?? [])].map((ring) => [...ring, ...ring.slice(0, 1)]);
    this.#map.getCanvas().style.cursor = this.#drawing === null ? "" : "crosshair";
    this.#set("drawn", outline.length < 3 ? [] : [feature({}, { type: "Polygon", coordinates: rings })]);
    const crossing = crossings(outline);
    const sides = outline.length < 2 ? [] : outline.map((corner, at) => feature({ crosses: crossing.has(at) }, { type: "LineString", coordinates: [corner, outline[(at + 1) % outline.length]] }));
    this.#set("sides", sides);
    const points = [...middles(outline).map((at) => ({ at, middle: true })), ...outline.map((at) => ({ at, middle: false }))];
    this.#set("corners", points.map(({ at, middle }) => feature({ middle }, { type: "Point", coordinates: at })));
  }

  #set(source: string, features: readonly object[]): void {
    (this.#map.getSource(source) as GeoJSONSource).setData({ type: "FeatureCollection", features } as never);
  }
}

function feature(properties: object, geometry: object): object {
  return { type: "Feature", properties, geometry };
}
