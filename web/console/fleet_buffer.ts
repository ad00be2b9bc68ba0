// Where thousands of markers are and where they slide to, in the form that the graphics card reads: 32 bytes each.
//
// The card works out where a marker is between two fixes; nothing is done for it from picture to picture here.
import { JUMP_GAP_MS, JUMP_M, SLIDE_MOST_MS, SLIDE_SHARE, metres } from "../shared/motion.ts";

export const FIELDS = 8; // from x, from y, to x, to y, began, takes, heading, kind
const FIRST_ROOM = 256;

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

export function flat(lat: number, lon: number): Flat {
  const sine = Math.sin((lat * Math.PI) / 180);
  return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

export interface Fix {
  id: number;
  lat: number;
  lon: number;
  recorded_at: number;
  heading_deg: number | null;
  kind: Kind;
}

interface Known {
  row: number;
  lat: number;
  lon: number;
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

  /** A new fix; `jump` where nobody would see the slide, or asked for none. */
  put(fix: Fix, now: number, jump: boolean): void {
    const to = flat(fix.lat, fix.lon);
    this.#origin ??= to;
    const before = this.#known.get(fix.id);
    const row = before?.row ?? this.#newRow(fix.id);
    const at = row * FIELDS;
    const heading = fix.heading_deg === null ? -1 : (fix.heading_deg * Math.PI) / 180;
    if (before !== undefined && fix.recorded_at <= before.recorded_at) {
      this.data[at + 7] = this.#look(fix.id, KIND[fix.kind]); // never back in time; what it carries may have changed
      this.#touch(row);
      return;
    }
    const gap = before === undefined ? 0 : fix.recorded_at - before.recorded_at;
    const slides = before !== undefined && !jump && gap <= JUMP_GAP_MS && metres(before, fix) <= JUMP_M;
    const from = slides ? this.#seen(row, now) : { x: to.x - this.origin.x, y: to.y - this.origin.y };
    const takes = slides ? Math.min(gap, SLIDE_MOST_MS) * SLIDE_SHARE : 0;
    this.data.set([from.x, from.y, to.x - this.origin.x, to.y - this.origin.y, this.seconds(now), takes / 1000, heading, this.#look(fix.id, KIND[fix.kind])], at);
    this.#known.set(fix.id, { row, lat: fix.lat, lon: fix.lon, recorded_at: fix.recorded_at });
    this.moves_until = Math.max(this.moves_until, now + takes);
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
    const seen = dimmed || this.#bright === null ? rows : rows.filter((at) => (this.data[at + 7] ?? 0) < DIM);
    return seen.map((at) => ({ x: x + (this.data[at + 2] ?? 0), y: y + (this.data[at + 3] ?? 0), late: (this.data[at + 7] ?? 0) % DIM >= LATE }));
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

  /** Relative to the origin. */
  #seen(row: number, now: number): Flat {
    const at = row * FIELDS;
    const [fromX = 0, fromY = 0, toX = 0, toY = 0, began = 0, takes = 0] = this.data.subarray(at, at + 6);
    const share = takes <= 0 ? 1 : Math.min(1, Math.max(0, (this.seconds(now) - began) / takes));
    return { x: fromX + (toX - fromX) * share, y: fromY + (toY - fromY) * share };
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
      const at = row * FIELDS + 7;
      this.data[at] = this.#look(id, (this.data[at] ?? 0) % LATE);
    });
    if (this.count > 0) this.changed = { from: 0, to: this.count };
  }

  #touch(row: number): void {
    const changed = this.changed;
    this.changed = changed === null ? { from: row, to: row + 1 } : { from: Math.min(changed.from, row), to: Math.max(changed.to, row + 1) };
  }
}
