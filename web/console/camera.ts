// Where the console's map looks: what is looked at stays in sight, until a person looks elsewhere.
import type { Map as MapLibre } from "maplibre-gl";
import type { Flat } from "./fleet_buffer.ts";
import type { Point } from "./frames.ts";

const CLOSE_ZOOM = 14;
const MARGIN_PX = 60;
const CLOSER = 2;
const MOVE_MS = 150;
/** Nearer to an edge than this is not in sight: markers and labels have a size. */
const EDGE_PX = 24;
/** A share of the window. */
const TINY = 0.25;

/** Whether all of these lie within a window of so many pixels. */
export function isInSight(places: readonly { x: number; y: number }[], width: number, height: number): boolean {
  return places.every(({ x, y }) => x >= EDGE_PX && y >= EDGE_PX && x <= width - EDGE_PX && y <= height - EDGE_PX);
}

/** Whether they are so close together in it that nothing can be told apart. */
export function isTiny(places: readonly { x: number; y: number }[], width: number, height: number): boolean {
  const span = (values: readonly number[]): number => most(values) - least(values);
  return span(places.map(({ x }) => x)) < width * TINY && span(places.map(({ y }) => y)) < height * TINY;
}

export class Camera {
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #following: number | null = null;
  #placed = false;
  /** A person moved the map since something was chosen last. */
  #moved = false;

  /** `seen`: where a courier's marker is. */
  constructor(
    private readonly map: MapLibre,
    private readonly seen: (courier: number) => Flat | null,
  ) {
    map.on("movestart", (event) => {
      if (!("originalEvent" in event) || event.originalEvent === undefined) return; // moved by us
      this.#moved = true;
    });
    map.on("dragstart", () => {
      this.#following = null;
    });
  }

  get still(): boolean {
    return this.#still.matches;
  }

  /** Keep a courier in sight until somebody moves the map. */
  follow(courier: number): void {
    this.#following = courier;
    const at = this.seen(courier);
    if (at !== null) this.#go(at, Math.max(this.map.getZoom(), CLOSE_ZOOM));
  }

  /** Somebody else is looked at. */
  leave(courier: number | null): void {
    if (this.#following !== courier) this.#following = null;
  }

  /** The followed one moved. */
  moved(): void {
    if (this.#following === null) return;
    const at = this.seen(this.#following);
    if (at === null) return;
    const seen = this.map.project(lngLat(at));
    const { clientWidth: width, clientHeight: height } = this.map.getCanvas();
    const inside = seen.x > width * 0.2 && seen.x < width * 0.8 && seen.y > height * 0.2 && seen.y < height * 0.8;
    if (!inside) this.#go(at, this.map.getZoom());
  }

  /** These are looked at. `chosen`: just now, so the map turns to them; else only where nobody has moved it since. */
  show(points: readonly Point[], chosen: boolean): void {
    if (chosen) this.#moved = false;
    if (points.length === 0 || this.#moved || this.#following !== null) return;
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const places = points.map(({ lat, lon }) => this.map.project([lon, lat]));
    const tiny = chosen && this.map.getZoom() < CLOSE_ZOOM && isTiny(places, clientWidth, clientHeight);
    if (tiny || !isInSight(places, clientWidth, clientHeight)) this.fit(points);
  }

  /** These are asked for: the map turns to them, and to what is added to them until a person moves it. */
  turnTo(points: readonly Point[]): void {
    this.#moved = false;
    this.fit(points);
  }

  /** All of these in sight. */
  fit(points: readonly Point[]): void {
    this.#following = null;
    if (points.length === 0) return;
    const lons = points.map((one) => one.lon);
    const lats = points.map((one) => one.lat);
    const box: [number, number, number, number] = [least(lons), least(lats), most(lons), most(lats)];
    this.map.fitBounds(box, { padding: MARGIN_PX, maxZoom: CLOSE_ZOOM, animate: !this.still && this.#placed, duration: MOVE_MS });
    this.#placed = true;
  }

  /** Nearer to a place. */
  closer([lng = 0, lat = 0]: readonly number[]): void {
    this.map.easeTo({ center: [lng, lat], zoom: this.map.getZoom() + CLOSER, animate: !this.still, duration: MOVE_MS });
  }

  #go(at: Flat, zoom: number): void {
    this.map.easeTo({ center: lngLat(at), zoom, animate: !this.still, duration: MOVE_MS });
  }
}

export function lngLat({ x, y }: Flat): { lng: number; lat: number } {
  return { lng: (x - 0.5) * 360, lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
