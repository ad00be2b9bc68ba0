// Where thousands of markers are and where they slide to, in the form that the graphics card reads: 48 bytes each.
//
// The card works out where a marker is between two fixes, and which way it looks; nothing is done for it from picture to
// picture here.
import { type Drive, JUMP_GAP_MS, JUMP_M, SLIDE_MOST_MS, SLIDE_SHARE, goesOnFor } from "../shared/motion.ts";

// From x, from y, to x, to y; began, takes, heading, kind; once it is there on by x and by y a second, for so many seconds, and the heading before.
export const FIELDS = 12;
const HEADING = 6;
const LOOK = 7;
const FIRST_ROOM = 256;
const AROUND_M = 40_075_017;
const TURN = 2 * Math.PI;

/** What a marker looks like. */
export const KIND = { free: 0, carrying: 1, stale: 2, gone: 3 } as const;
export type Kind = keyof typeof KIND;
/** Added to the kind of who has a late parcel, and of what is drawn dimmed; `fleet_shaders.ts` knows both. */
export const LATE = 4;
export const DIM = 8;

/** A place on the flat map of the world, 0 to 1 from west to east and from north to south. */
export interface Flat {
  x: number;
  y: number;
}

/** Where a marker goes to, and whether it is one of the late. */
export interface Seen extends Flat {
  late: boolean;
}

/** So many metres at a latitude, as a share of the flat world. */
export function flatLength(metres: number, lat: number): number {
  return metres / (AROUND_M * Math.cos((lat * Math.PI) / 180));
}

export function flat(lat: number, lon: number): Flat {
  const sine = Math.sin((lat * Math.PI) / 180);
  return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

export interface Fix extends Drive {
  id: number;
  lat: number;
  lon: number;
  recorded_at: number;
  kind: Kind;
}

interface Known {
  row: number;
  recorded_at: number;
}

/** All markers of a map. Times are the page's steady clock, in milliseconds; the card has them in seconds. */
export class FleetBuffer {
  data = new Float32Array(FIRST_ROOM * FIELDS);
  count = 0;
  /** Until when something slides. */
  moves_until = 0;
  /** Rows that have changed since they were handed to the card, as a range; the whole where the room grew. */
  changed: { from: number; to: number } | null = null;
  #ids: number[] = [];
  #known = new Map<number, Known>();
  /** Single floats are exact near to the origin alone, so it lies where the first marker is. */
  #origin: Flat | null = null;
  readonly #clockFrom: number;
  /** Null: all of them are bright. */
  #bright: ReadonlySet<number> | null = null;
  #late: ReadonlySet<number> = new Set();

  constructor(now: number) {
    this.#clockFrom = now;
  }

  get origin(): Flat {
    return this.#origin ?? { x: 0.5, y: 0.5 };
  }

  /** The card's clock. */
  seconds(now: number): number {
    return (now - this.#clockFrom) / 1000;
  }

  /** A new fix, `age_s` old; `jump` where nobody would see the slide, or asked for nothing that moves by itself. */
  put(fix: Fix, now: number, jump: boolean, age_s = Infinity): void {
    const to = flat(fix.lat, fix.lon);
    this.#origin ??= to;
    const before = this.#known.get(fix.id);
    const row = before?.row ?? this.#newRow(fix.id);
    const at = row * FIELDS;
    const look = this.#look(fix.id, KIND[fix.kind]);
    if (before !== undefined && fix.recorded_at <= before.recorded_at) {
      this.data[at + LOOK] = look; // never back in time; what it carries may have changed
      this.#touch(row);
      return;
    }
    const x = to.x - this.origin.x;
    const y = to.y - this.origin.y;
    const gap = before === undefined ? Infinity : fix.recorded_at - before.recorded_at;
    const seen = before === undefined ? { x, y } : this.#seen(row, now);
    const slides = !jump && gap <= JUMP_GAP_MS && Math.hypot(seen.x - x, seen.y - y) <= flatLength(JUMP_M, fix.lat);
    const takes_s = slides ? (Math.min(gap, SLIDE_MOST_MS) * SLIDE_SHARE) / 1000 : 0;
    const heading = fix.heading_deg === null ? -1 : (fix.heading_deg * Math.PI) / 180;
    const turned = slides ? this.#heading(row, now) : heading;
    const { data } = this;
    data[at] = slides ? seen.x : x;
    data[at + 1] = slides ? seen.y : y;
    data[at + 2] = x;
    data[at + 3] = y;
    data[at + 4] = this.seconds(now);
    data[at + 5] = takes_s;
    data[at + HEADING] = heading;
    data[at + LOOK] = look;
    data[at + 11] = turned;
    const goes_on_s = jump ? 0 : goesOnFor(fix, age_s + takes_s);
    this.#goOn(at, fix, heading, goes_on_s);
    this.#known.set(fix.id, { row, recorded_at: fix.recorded_at });
    this.moves_until = Math.max(this.moves_until, now + (takes_s + goes_on_s) * 1000);
    this.#touch(row);
  }

  remove(id: number): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    this.#known.delete(id);
    this.count -= 1;
    const last = this.#ids[this.count];
    this.#ids.length = this.count;
    if (last === undefined || last === id) return;
    this.data.copyWithin(known.row * FIELDS, this.count * FIELDS, (this.count + 1) * FIELDS);
    this.#ids[known.row] = last;
    const moved = this.#known.get(last);
    if (moved !== undefined) moved.row = known.row;
    this.#touch(known.row);
  }

  /** The row of a marker, -1 for none. */
  rowOf(id: number | null): number {
    return id === null ? -1 : (this.#known.get(id)?.row ?? -1);
  }

  /** Where a marker is seen, on the flat map. */
  at(id: number, now: number): Flat | null {
    const row = this.rowOf(id);
    if (row < 0) return null;
    const { x, y } = this.#seen(row, now);
    return { x: x + this.origin.x, y: y + this.origin.y };
  }

  /** Draw all but these dimmed; null: none. */
  dim(bright: ReadonlySet<number> | null): void {
    this.#bright = bright;
    this.#lookAnew();
  }

  /** Draw these as late, and no others; whether that changed anything. */
  late(ids: ReadonlySet<number>): boolean {
    if (ids.size === this.#late.size && [...ids].every((id) => this.#late.has(id))) return false;
    this.#late = ids;
    this.#lookAnew();
    return true;
  }

  /** Where those that are bright go to, on the flat map; with `dimmed` all of them. */
  places(dimmed = false): Seen[] {
    const { x, y } = this.origin;
    const rows = Array.from({ length: this.count }, (_, row) => row * FIELDS);
    const seen = dimmed || this.#bright === null ? rows : rows.filter((at) => (this.data[at + LOOK] ?? 0) < DIM);
    return seen.map((at) => ({ x: x + (this.data[at + 2] ?? 0), y: y + (this.data[at + 3] ?? 0), late: (this.data[at + LOOK] ?? 0) % DIM >= LATE }));
  }

  /** The marker nearest to a place, within a reach; both on the flat map. */
  nearest(place: Flat, reach: number, now: number): number | null {
    const x = place.x - this.origin.x;
    const y = place.y - this.origin.y;
    let found: number | null = null;
    let best = reach * reach;
    for (let row = 0; row < this.count; row += 1) {
      const seen = this.#seen(row, now);
      const away = (seen.x - x) ** 2 + (seen.y - y) ** 2;
      if (away > best) continue;
      best = away;
      found = this.#ids[row] ?? null;
    }
    return found;
  }

  /** How it goes on by itself once it has come to its fix. */
  #goOn(at: number, { speed_mps, lat }: Fix, heading: number, for_s: number): void {
    const pace = for_s > 0 ? flatLength(speed_mps ?? 0, lat) : 0;
    this.data[at + 8] = pace * Math.sin(heading);
    this.data[at + 9] = -pace * Math.cos(heading);
    this.data[at + 10] = for_s;
  }

  /** Relative to the origin; the same as in `fleet_shaders.ts`. */
  #seen(row: number, now: number): Flat {
    const at = row * FIELDS;
    const of = (field: number): number => this.data[at + field] ?? 0;
    const since = this.seconds(now) - of(4);
    const share = of(5) <= 0 ? 1 : Math.min(1, Math.max(0, since / of(5)));
    const goes_on = Math.min(of(10), Math.max(0, since - of(5)));
    return { x: of(0) + (of(2) - of(0)) * share + of(8) * goes_on, y: of(1) + (of(3) - of(1)) * share + of(9) * goes_on };
  }

  /** Which way it looks; below 0 where nobody knows. It turns by the shorter arc, as it slides. */
  #heading(row: number, now: number): number {
    const at = row * FIELDS;
    const [from = -1, to = -1, began = 0, takes = 0] = [this.data[at + 11], this.data[at + HEADING], this.data[at + 4], this.data[at + 5]];
    if (from < 0 || to < 0 || takes <= 0) return to;
    const share = Math.min(1, Math.max(0, (this.seconds(now) - began) / takes));
    const arc = ((to - from + 1.5 * TURN) % TURN) - 0.5 * TURN;
    return (from + arc * share + TURN) % TURN;
  }

  #newRow(id: number): number {
    if ((this.count + 1) * FIELDS > this.data.length) {
      const larger = new Float32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
      this.changed = { from: 0, to: this.count };
    }
    this.#ids[this.count] = id;
    this.count += 1;
    return this.count - 1;
  }

  #look(id: number, kind: number): number {
    const dimmed = this.#bright !== null && !this.#bright.has(id);
    return kind + (this.#late.has(id) ? LATE : 0) + (dimmed ? DIM : 0);
  }

  #lookAnew(): void {
    this.#ids.forEach((id, row) => {
      const at = row * FIELDS + LOOK;
      this.data[at] = this.#look(id, (this.data[at] ?? 0) % LATE);
    });
    if (this.count > 0) this.changed = { from: 0, to: this.count };
  }

  #touch(row: number): void {
    const changed = this.changed;
    this.changed = changed === null ? { from: row, to: row + 1 } : { from: Math.min(changed.from, row), to: Math.max(changed.to, row + 1) };
  }
}
