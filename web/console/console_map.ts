// The map of the console: the fleet on its own layer, what waits as rings, and the way of what is looked at.
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { makeMap } from "../shared/base_map.ts";
import { Covered } from "../shared/maps/covered.ts";
import { OnceThere } from "../shared/maps/once_there.ts";
import { Scale } from "../shared/maps/scale.ts";
import { Camera, lngLat } from "./camera.ts";
import { over } from "./console_layers.ts";
import { coversOf } from "./covers.ts";
import { CELL_PX, type Crowd, type Looks, cellsOf, crowdOf, isDense, looksOf, within } from "./density.ts";
import { FleetBuffer, type Kind, type Seen, flat } from "./fleet_buffer.ts";
import { FleetLayer } from "./fleet_layer.ts";
import type { Found, Late } from "./found_on_map.ts";
import type { Courier, Delivery, Point } from "./frames.ts";
import { line, point, pointAt, wentFeatures } from "./map_features.ts";
import { Trail } from "./trail.ts";
import type { Zone } from "./zones/geojson.ts";
import { drawHatches, showZones } from "./zones/zone_layers.ts";

const REACH_PX = 16;
const TILE_PX = 512;
// So often the counts are renewed while couriers move.
const COUNTED_MS = 1_000;

/** What is looked at: a delivery with who has it, or a courier with its tour. */
export interface Looked {
  deliveries: readonly Delivery[];
  courier: Courier | null;
}

/** A place in the map's window, in pixels from its corner at the top left. */
export interface Spot {
  x: number;
  y: number;
}

/** What the rest of the console hears of the map. */
export interface MapHears {
  onPick: (found: { courier: number } | { delivery: number } | null) => void;
  /** A box was drawn with the shift key: these are in it. */
  onBox: (deliveries: readonly number[]) => void;
  /** They are drawn in another way than before. */
  onLooks: (looks: Looks) => void;
  /** Writes a count. */
  label: (count: number) => string;
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

/** Where a parcel is drawn. */
interface Mark {
  id: number;
  at: Point;
  waits: boolean;
  dim: boolean;
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
  readonly #covered: Covered;
  #found: Found | null = null;
  #late: Late = { couriers: new Set(), deliveries: new Set() };
  #crowd: Crowd = "markers";
  #looks: Looks = "markers";
  #counting = 0;
  #looked: Looked = { deliveries: [], courier: null };
  #pointed: Looked | null = null;
  #doubt_m = 0;

  #marks: readonly Mark[] = [];
  /** Of what is looked at. */
  #ends: readonly Point[] = [];
  /** The couriers in sight when they were counted last. */
  #seen: readonly Seen[] = [];

  /** Throws where the browser cannot draw it. */
  constructor(container: HTMLElement, private readonly hears: MapHears) {
    const { onPick, onBox } = hears;
    this.#map = makeMap(container, over, { boxZoom: { boxZoomEnd: (_map, from, to) => onBox(this.within(from, to)) } });
    this.#map.addControl(new Scale(), "bottom-right");
    drawHatches(this.#map);
    this.#layer = new FleetLayer(this.#map, this.#fleet);
    this.#once = new OnceThere(this.#map);
    this.#covered = new Covered(this.#map);
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

  /** Who moved, changed or came; `at`: what the server's clock says now. */
  move(couriers: Iterable<Courier>, at: number): void {
    const now = performance.now();
    const jump = this.camera.still || document.hidden;
    for (const one of couriers) {
      this.#fleet.put({ ...one, kind: kindOf(one) }, now, jump, Math.max(0, at - one.recorded_at) / 1000);
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

  /** The pickups of what waits; of what is filtered for also the doors of what is under way. `chosen`: those that are ticked. */
  waiting(deliveries: Iterable<Delivery>, chosen: ReadonlySet<number>): void {
    const marks: Mark[] = [];
    for (const { id, status, pickup, dropoff } of deliveries) {
      const dim = this.#found !== null && !this.#found.deliveries.has(id);
      const waits = status === "available";
      const at = waits ? pickup : this.#found !== null && !dim ? dropoff : null;
      if (at !== null) marks.push({ id, at, waits, dim });
    }
    this.#marks = marks;
    const drawn = (waits: boolean): object[] => marks.filter((one) => one.waits === waits).map(({ id, at, dim }) => point(at, { id, dim, late: this.#late.deliveries.has(id), chosen: chosen.has(id) }));
    this.#set("waiting", drawn(true));
    this.#set("doors", drawn(false));
    this.#makeRoom();
  }

  /** Which parcels have their mark in a box; what is dimmed is not among them. */
  within(from: Spot, to: Spot): number[] {
    const [one, other] = [this.#map.unproject([from.x, from.y]), this.#map.unproject([to.x, to.y])];
    const inside = (value: number, a: number, b: number): boolean => value >= Math.min(a, b) && value <= Math.max(a, b);
    return this.#marks.filter(({ at, dim }) => !dim && inside(at.lat, one.lat, other.lat) && inside(at.lon, one.lng, other.lng)).map(({ id }) => id);
  }

  /** The same of all that is in sight. */
  get inSight(): number[] {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    return this.within({ x: 0, y: 0 }, { x: clientWidth, y: clientHeight });
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

  /** How far from its newest place whoever is looked at may be by now, 0 where it is known well, and what is written there. How far can be read at the map's box. */
  doubt(metres: number, words: string): void {
    const { courier } = this.#looked;
    this.#map.getContainer().dataset["doubt"] = String(Math.round(metres));
    this.#doubt_m = metres;
    this.#layer.doubt(this.#pointed === null ? metres : 0);
    this.#set("age", courier === null || words === "" ? [] : [point(courier, { words })]);
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
    this.#ends = way.slice(courier === null ? 0 : 1);
    this.#set("ends", ends);
    this.#makeRoom();
    this.#set("way", way.length > 1 ? [line(way)] : []);
    this.#layer.pick(courier?.id ?? null);
    this.#layer.doubt(this.#pointed === null ? this.#doubt_m : 0); // it is of whoever is looked at, and not of who is pointed at
  }

  /** The way that a parcel went, as lines between which nothing was heard; how many places it has can be read at the map's box. */
  went(lines: readonly (readonly Point[])[]): void {
    this.#map.getContainer().dataset["went"] = String(lines.flat().length);
    this.#set("went", wentFeatures(lines));
    if (lines.length > 0) this.camera.fit(lines.flat());
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
    const { label } = this.hears;
    const before = this.#crowd;
    const crowd = crowdOf(seen.length, clientWidth, clientHeight, this.#map.getZoom(), before);
    if (crowd === "counts" || before === "counts") {
      const cells = crowd === "counts" ? cellsOf(seen, CELL_PX / (TILE_PX * 2 ** Math.floor(this.#map.getZoom()))) : [];
      this.#set("density", cells.map(({ x, y, count, late }) => pointAt(lngLat({ x, y }), { count, late, label: late === 0 ? label(count) : `${label(count)} ! ${label(late)}` })));
    }
    const looks = looksOf(crowd, this.#map.getZoom());
    this.#seen = seen;
    if (looks !== this.#looks) this.hears.onLooks((this.#looks = looks));
    this.#makeRoom();
    if (crowd === before) return;
    this.#crowd = crowd;
    this.#layer.show(crowd);
    this.#drawLooked();
  }

  /** The names of places stand beside what is drawn over them. */
  #makeRoom(): void {
    const bounds = this.#map.getBounds();
    const parcels = this.#marks.filter(({ at, dim }) => !dim && bounds.contains([at.lon, at.lat])).map(({ at, id }) => ({ at, late: this.#late.deliveries.has(id) }));
    this.#covered.set(coversOf({ ends: this.#ends, parcels, couriers: this.#seen, looks: this.#looks }));
  }

  #set(source: string, features: readonly object[]): void {
    this.#once.draw(source, () => (this.#map.getSource(source) as GeoJSONSource).setData({ type: "FeatureCollection", features } as never));
  }
}

function kindOf(courier: Courier): Kind {
  if (courier.presence !== "online") return courier.presence;
  return courier.active > 0 ? "carrying" : "free";
}
