// Which marks keep the names of places clear: each where there are few, and of many only what a person looks for.
import type { Cover } from "../shared/maps/covered.ts";
import { lngLat } from "./camera.ts";
import { type Looks, RADIUS_PX } from "./density.ts";
import type { Seen } from "./fleet_buffer.ts";
import type { Point } from "./frames.ts";

/** So many at most: more would leave no name on the map, and placing names anew takes time. */
export const MOST = 120;
const END_PX = 18;
const RING_PX = 14;
/** With the mark of what is late. */
const LATE_PX = 34;

/** What is drawn bright and in sight. */
export interface Bright {
  /** The ends of what is looked at. */
  ends: readonly Point[];
  parcels: readonly { at: Point; late: boolean }[];
  couriers: readonly Seen[];
  looks: Looks;
}

export function coversOf({ ends, parcels, couriers, looks }: Bright): Cover[] {
  const drawn = looks === "counts" ? [] : couriers; // a count is a name of its own
  const courier_px = 2 * RADIUS_PX[looks === "counts" ? "dots" : looks];
  const all = [
    ...ends.map((at) => cover(at, END_PX, END_PX)),
    ...parcels.filter(({ late }) => late).map(({ at }) => cover(at, LATE_PX, END_PX)),
    ...few(drawn.filter(({ late }) => late)).map((one) => courier(one, courier_px)),
  ];
  const others = [...parcels.filter(({ late }) => !late).map(({ at }) => cover(at, RING_PX, RING_PX)), ...few(drawn.filter(({ late }) => !late)).map((one) => courier(one, courier_px))];
  return [...few(all), ...(others.length + all.length <= MOST ? others : [])];
}

/** All of them, or none where there are so many that no name would be left. */
function few<One>(marks: readonly One[]): readonly One[] {
  return marks.length <= MOST ? marks : [];
}

function courier(seen: Seen, size: number): Cover {
  const { lng, lat } = lngLat(seen);
  return { lat, lon: lng, width: size, height: size };
}

function cover({ lat, lon }: Point, width: number, height: number): Cover {
  return { lat, lon, width, height };
}
