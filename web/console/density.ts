// Where there are more couriers than markers could show: whether each is a dot, and how many are in each cell of the map.
import type { Flat, Seen } from "./fleet_buffer.ts";

/** The width of a cell on the screen, before the next zoom halves it. */
export const CELL_PX = 64;
const MARKER_PX = 26;
// A map of which markers cover this share shows nobody any more; it goes back where they cover less, so that it does not flicker.
const COVERED = 0.25;
const COVERED_AGAIN = 0.15;
const COUNTS_BELOW_ZOOM = 9;
// From so far off markers are small, so that a city can be read.
const SMALL_BELOW_ZOOM = 11;

/** So many in one cell, of whom so many have a late parcel, and where they are on the mean. */
export interface Cell extends Flat {
  count: number;
  late: number;
}

/** A stretch of the flat map; `east` is beyond 1 where the date line is in sight. */
export interface Box {
  west: number;
  north: number;
  east: number;
  south: number;
}

/** Of a marker in pixels, for each way to draw a crowd. */
export const RADIUS_PX = { markers: 13, small: 6, dots: 3.5 } as const;

/** How couriers are drawn: by a marker each; where those would cover the map, by a dot each; and from far off by how many are around a place. */
export type Crowd = "markers" | "dots" | "counts";

/** The same with the size of a marker, each with shapes that can be told apart at it. */
export type Looks = Crowd | "small";

export function looksOf(crowd: Crowd, zoom: number): Looks {
  return crowd === "markers" && zoom < SMALL_BELOW_ZOOM ? "small" : crowd;
}

/** Where `seen` of them are in a map of this size in pixels. A count hides who is free, so it stands only where a whole city is a few dots wide. */
export function crowdOf(seen: number, width: number, height: number, zoom: number, before: Crowd): Crowd {
  if (!isDense(seen, width, height, before !== "markers")) return "markers";
  return zoom < COUNTS_BELOW_ZOOM ? "counts" : "dots";
}

/** Whether markers would cover the map, where `seen` of them are in a map of this size in pixels. */
export function isDense(seen: number, width: number, height: number, before: boolean): boolean {
  return seen * MARKER_PX ** 2 > width * height * (before ? COVERED_AGAIN : COVERED);
}

/** Cells stay where they are while the map is moved: their edges are those of the world. `size` as a share of the world. */
export function cellsOf(places: Iterable<Seen>, size: number): Cell[] {
  const cells = new Map<number, Cell>();
  const across = Math.ceil(1 / size);
  for (const { x, y, late } of places) {
    const key = Math.floor(y / size) * across + Math.floor(x / size);
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, { x, y, count: 1, late: Number(late) });
    else {
      cell.count += 1;
      cell.late += Number(late);
      cell.x += (x - cell.x) / cell.count;
      cell.y += (y - cell.y) / cell.count;
    }
  }
  return [...cells.values()];
}

/** What lies within a box. */
export function within<Place extends Flat>(places: readonly Place[], { west, north, east, south }: Box): Place[] {
  return places.filter(({ x, y }) => y >= north && y <= south && ((x >= west && x <= east) || (x + 1 >= west && x + 1 <= east)));
}
