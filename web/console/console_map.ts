// The map of the console: the fleet on its own layer, what waits as rings, and the way of what is looked at.
import type { GeoJSONSource, Map as MapLibre, SymbolLayerSpecification } from "maplibre-gl";
import { EMPTY, type Over, colour, makeMap } from "../shared/base_map.ts";
import { OnceThere } from "../shared/maps/once_there.ts";
import { Scale } from "../shared/maps/scale.ts";
import { FONT } from "../shared/city_layers.ts";
import { Camera, lngLat } from "./camera.ts";
import { CELL_PX, type Crowd, cellsOf, crowdOf, isDense, within } from "./density.ts";
import { FleetBuffer, type Kind, flat } from "./fleet_buffer.ts";
import { FleetLayer } from "./fleet_layer.ts";
import type { Found, Late } from "./found_on_map.ts";
import type { Courier, Delivery, Point } from "./frames.ts";
import { Trail } from "./trail.ts";
import type { Zone } from "./zones/geojson.ts";
import { drawHatches, showZones, zonesOver } from "./zones/zone_layers.ts";

const REACH_PX = 16;
const TILE_PX = 512;
const DIMMED = 0.25;
// So often the counts are renewed while couriers move.
const COUNTED_MS = 1_000;

/** The sign of what is late, within its ring: nobody has to tell colours apart. */
const mark = (source: string): SymbolLayerSpecification => ({
  id: `${source}-late`,
  type: "symbol",
  source,
  filter: ["get", "late"],
  layout: { "text-field": "!", "text-font": [FONT], "text-size": 14, "text-allow-overlap": true, "text-ignore-placement": true },
  paint: { "text-color": colour("--late"), "text-halo-color": colour("--late"), "text-halo-width": 0.6, "text-opacity": ["case", ["get", "dim"], DIMMED, 1] },
});

const over: Over = () => ({
  sources: {
    ...zonesOver().sources,
    ...Object.fromEntries(["waiting", "doors", "trail", "plan", "way", "ends", "density"].map((name) => [name, { type: "geojson", data: EMPTY as never }])),
  },
  layers: [
    ...zonesOver().layers,
    { id: "trail", type: "line", source: "trail", paint: { "line-color": colour("--stale"), "line-width": 3, "line-opacity": 0.7 } },
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
        "circle-radius": ["case", ["get", "late"], 8, 5],
        "circle-color": ["case", ["get", "late"], colour("--map-land"), colour("--accent")],
        "circle-stroke-color": ["case", ["get", "late"], colour("--late"), colour("--map-land")],
        "circle-stroke-width": 2,
      },
    },
    mark("waiting"),
    mark("doors"),
    {
      id: "ends",
      type: "circle",
      source: "ends",
      paint: { "circle-radius": 7, "circle-color": ["case", ["get", "pickup"], colour("--map-land"), colour("--accent")], "circle-stroke-color": colour("--accent"), "circle-stroke-width": 3 },
    },
  ],
});

/** What is looked at: a delivery with who has it, or a courier with its tour. */
export interface Looked {
  deliveries: readonly Delivery[];
  courier: Courier | null;
}

/** A pair of a plan. */
export interface PlanLine {
  from: Point;
  to: Point;
  chosen: boolean;
  locked: boolean;
  /** Somebody else had it in the plan before. */
  moved: boolean;
}

export class ConsoleMap {
  readonly #map: MapLibre;
  readonly #fleet = new FleetBuffer(performance.now());
  readonly #layer: FleetLayer;
  readonly camera: Camera;
  /** Where whoever is looked at has been; how much of it is drawn can be read at the map's box. */
  readonly trail = new Trail((seen) => {
    this.#set("trail", seen.length > 1 ? [line(seen)] : []);
    this.#map.getContainer().dataset["trail"] = String(seen.length);
  });
  readonly #once: OnceThere;
  #found: Found | null = null;
  #late: Late = { couriers: new Set(), deliveries: new Set() };
  #crowd: Crowd = "markers";
  #counting = 0;
  #looked: Looked = { deliveries: [], courier: null };
  #pointed: Looked | null = null;

  /** `onCrowd`: they are drawn in another way than markers, or no longer; `label` writes a count. Throws where the browser cannot draw it. */
  constructor(container: HTMLElement, onPick: (found: { courier: number } | { delivery: number } | null) => void, private readonly label: (count: number) => string, private readonly onCrowd: (crowd: Crowd) => void) {
    this.#map = makeMap(container, over);
    this.#map.addControl(new Scale(), "bottom-right");
    drawHatches(this.#map);
    this.#layer = new FleetLayer(this.#map, this.#fleet);
    this.#once = new OnceThere(this.#map);
    this.camera = new Camera(this.#map, (courier) => this.#fleet.at(courier, performance.now()));
    this.#map.on("moveend", () => this.#count());
    this.#map.on("click", (event) => {
      if (this.#crowd === "counts" && this.#once.there) {
        const [cell] = this.#map.queryRenderedFeatures(event.point, { layers: ["density"] });
        if (cell?.geometry.type === "Point") return this.camera.closer(cell.geometry.coordinates);
      }
      const reach = REACH_PX / (512 * 2 ** this.#map.getZoom());
      const courier = this.#crowd === "counts" ? null : this.#fleet.nearest(flat(event.lngLat.lat, event.lngLat.lng), reach, performance.now());
      if (courier !== null) return onPick({ courier });
      const [found] = this.#once.there ? this.#map.queryRenderedFeatures(event.point, { layers: ["waiting", "doors"] }) : [];
      const id: unknown = found?.properties["id"];
      onPick(typeof id === "number" ? { delivery: id } : null);
    });
  }

  /** Who moved, changed or came. */
  move(couriers: Iterable<Courier>): void {
    const now = performance.now();
    const jump = this.camera.still || document.hidden;
    for (const one of couriers) {
      this.#fleet.put({ ...one, kind: kindOf(one) }, now, jump);
      this.trail.goOn(one);
    }
    this.#changed();
    this.camera.moved();
  }

  /** What is late and who has it, which are red with a mark of their own; what waits is drawn so with the next `waiting`. */
  late(late: Late): void {
    this.#late = late;
    if (this.#fleet.late(late.couriers)) this.#changed();
  }

  gone(ids: Iterable<number>): void {
    for (const id of ids) this.#fleet.remove(id);
    this.#changed();
  }

  /** The pickups of what waits; of what is filtered for also the doors of what is under way. */
  waiting(deliveries: Iterable<Delivery>): void {
    const features = [];
    const doors = [];
    for (const { id, status, pickup, dropoff } of deliveries) {
      const is_found = this.#found === null || this.#found.deliveries.has(id);
      if (status === "available") {
        if (pickup !== null) features.push(point(pickup, { id, dim: !is_found, late: this.#late.deliveries.has(id) }));
      } else if (this.#found !== null && is_found && dropoff !== null) doors.push(point(dropoff, { id, dim: false, late: this.#late.deliveries.has(id) }));
    }
    this.#set("waiting", features);
    this.#set("doors", doors);
  }

  /** Parts of the town that are dispatched in their own way; `words`: what stands at each. */
  zones(zones: readonly Zone[], words: (zone: Zone) => string): void {
    this.#once.draw("zones", () => showZones(this.#map, zones, words));
  }

  look(looked: Looked): void {
    this.#looked = looked;
    this.#drawLooked();
    this.camera.leave(looked.courier?.id ?? null);
  }

  /** What is pointed at in the list shows as if it were looked at, and the map stays where it is. Null: nothing any more. */
  point(pointed: Looked | null): void {
    this.#pointed = pointed;
    this.#drawLooked();
  }

  #drawLooked(): void {
    const { deliveries, courier } = this.#pointed ?? this.#looked;
    const ends: object[] = [];
    if (courier !== null && this.#crowd === "counts") ends.push(point(courier, { pickup: false })); // has no marker then
    const way: Point[] = courier === null ? [] : [courier];
    for (const { pickup, dropoff, picked_up_at } of deliveries) {
      if (pickup !== null && picked_up_at === null) {
        way.push(pickup);
        ends.push(point(pickup, { pickup: true }));
      }
      if (dropoff === null) continue;
      way.push(dropoff);
      ends.push(point(dropoff, { pickup: false }));
    }
    this.#set("ends", ends);
    this.#set("way", way.length > 1 ? [line(way)] : []);
    this.#layer.pick(courier?.id ?? null);
  }

  /** From each courier of a plan to what it would fetch. */
  plan(lines: readonly PlanLine[]): void {
    this.#set("plan", lines.map(({ from, to, ...marks }) => line([from, to], marks)));
  }

  /** What is shown bright; the rest is dimmed, and where there is much of it left out. Null: everything. */
  only(found: Found | null): void {
    this.#found = found;
    this.#fleet.dim(found?.couriers ?? null);
    this.#changed();
  }

  remove(): void {
    this.trail.leave();
    clearTimeout(this.#counting);
    this.#layer.remove();
    this.#map.remove();
  }

  #changed(): void {
    this.#layer.changed();
    if (this.#counting === 0) this.#counting = window.setTimeout(() => this.#count(), COUNTED_MS);
  }

  /** Markers, dots or counts, whichever can be read. */
  #count(): void {
    clearTimeout(this.#counting);
    this.#counting = 0;
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const bounds = this.#map.getBounds();
    const [west, east] = [bounds.getWest() / 360 + 0.5, bounds.getEast() / 360 + 0.5];
    const box = { west, east, north: flat(bounds.getNorth(), 0).y, south: flat(bounds.getSouth(), 0).y };
    const seen = within(this.#fleet.places(), box);
    // Where the dimmed ones alone would cover it, they are left out.
    this.#layer.dimmed(this.#found === null || !isDense(within(this.#fleet.places(true), box).length, clientWidth, clientHeight, this.#crowd !== "markers"));
    const before = this.#crowd;
    const crowd = crowdOf(seen.length, clientWidth, clientHeight, this.#map.getZoom(), before);
    if (crowd === "counts" || before === "counts") {
      const cells = crowd === "counts" ? cellsOf(seen, CELL_PX / (TILE_PX * 2 ** Math.floor(this.#map.getZoom()))) : [];
      this.#set("density", cells.map(({ x, y, count, late }) => pointAt(lngLat({ x, y }), { count, late, label: late === 0 ? this.label(count) : `${this.label(count)} ! ${this.label(late)}` })));
    }
    if (crowd === before) return;
    this.#crowd = crowd;
    this.#layer.show(crowd);
    this.#drawLooked();
    this.onCrowd(crowd);
  }

  #set(source: string, features: readonly object[]): void {
    this.#once.draw(source, () => (this.#map.getSource(source) as GeoJSONSource).setData({ type: "FeatureCollection", features } as never));
  }
}

function kindOf(courier: Courier): Kind {
  if (courier.presence !== "online") return courier.presence;
  return courier.active > 0 ? "carrying" : "free";
}

function point({ lat, lon }: Point, properties: object): object {
  return pointAt({ lng: lon, lat }, properties);
}

function pointAt({ lng: lon, lat }: { lng: number; lat: number }, properties: object): object {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } };
}

function line(points: readonly Point[], properties: object = {}): object {
  return { type: "Feature", properties, geometry: { type: "LineString", coordinates: points.map(({ lat, lon }) => [lon, lat]) } };
}
