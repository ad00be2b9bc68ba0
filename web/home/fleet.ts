// The demo's city as a dispatcher's socket tells it, counted and ready to be drawn.
import { type Fix, Marker } from "../shared/motion.ts";

export interface Transporter {
  id: number;
  lat: number;
  lon: number;
  recorded_at: string;
  active: number;
}

export interface FleetFrame {
  type: "fleet";
  reset: boolean;
  transporters: Transporter[];
  gone: number[];
  deliveries: { id: number; status: string }[];
}

export interface Counts {
  couriers: number;
  carrying: number;
  deliveries: number;
  waiting: number;
}

const ENDED: readonly string[] = ["delivered", "cancelled"];

export class Fleet {
  readonly #couriers = new Map<number, { marker: Marker; active: number }>();
  readonly #deliveries = new Map<number, string>();

  /** Take in a frame; `now` is the page's steady clock, `jump` where nothing shall slide. */
  take(frame: FleetFrame, now: number, jump: boolean): void {
    if (frame.reset) {
      this.#couriers.clear();
      this.#deliveries.clear();
    }
    for (const one of frame.transporters) {
      const known = this.#couriers.get(one.id) ?? { marker: new Marker(), active: 0 };
      const fix: Fix = { lat: one.lat, lon: one.lon, recorded_at: Date.parse(one.recorded_at), accuracy_m: null };
      known.marker.move(fix, now, jump);
      known.active = one.active;
      this.#couriers.set(one.id, known);
    }
    for (const id of frame.gone) this.#couriers.delete(id);
    for (const one of frame.deliveries) {
      if (ENDED.includes(one.status)) this.#deliveries.delete(one.id);
      else this.#deliveries.set(one.id, one.status);
    }
  }

  get counts(): Counts {
    const statuses = [...this.#deliveries.values()];
    const waiting = statuses.filter((status) => status === "available").length;
    return {
      couriers: this.#couriers.size,
      carrying: [...this.#couriers.values()].filter((one) => one.active > 0).length,
      deliveries: statuses.length - waiting,
      waiting,
    };
  }

  /** Where everyone is seen, and whether somebody still slides. */
  seen(now: number): { points: { lat: number; lon: number; carrying: boolean }[]; moving: boolean } {
    const points: { lat: number; lon: number; carrying: boolean }[] = [];
    let moving = false;
    for (const { marker, active } of this.#couriers.values()) {
      const at = marker.at(now);
      if (at === null) continue;
      points.push({ ...at, carrying: active > 0 });
      moving ||= marker.moving(now);
    }
    return { points, moving };
  }
}
