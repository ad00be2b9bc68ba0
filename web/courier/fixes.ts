// Which of the positions that a phone measures are worth sending, and what is sent.
import { type Point, distanceM } from "./jobs.ts";
import type { PhoneClock } from "./phone_clock.ts";

/** What the server asks for: no more often than `interval_s` unless `distance_m` away, at least every `heartbeat_s`. */
export interface Policy {
  interval_s: number;
  distance_m: number;
  heartbeat_s: number;
}

export const DEFAULT_POLICY: Policy = { interval_s: 5, distance_m: 15, heartbeat_s: 30 };

export interface Ping {
  seq: number;
  lat: number;
  lon: number;
  recorded_at: string;
  accuracy_m?: number;
  speed_mps?: number;
  heading_deg?: number;
}

export type NewPing = Omit<Ping, "seq">;

/** The part of a GeolocationPosition that is used. */
export interface Measured {
  timestamp: number;
  coords: { latitude: number; longitude: number; accuracy: number; speed: number | null; heading: number | null };
}

/** A measured position as the protocol writes it, by the true time. */
export function pingOf(position: Measured, clock: PhoneClock): NewPing {
  const { latitude, longitude, accuracy, speed, heading } = position.coords;
  const ping: NewPing = { lat: latitude, lon: longitude, recorded_at: clock.iso(position.timestamp) };
  if (Number.isFinite(accuracy)) ping.accuracy_m = accuracy;
  if (speed !== null && Number.isFinite(speed)) ping.speed_mps = speed;
  if (heading !== null && Number.isFinite(heading)) ping.heading_deg = heading;
  return ping;
}

/** Chooses among the positions of a watch; each one that is taken is the measure for the next. */
export class Sieve {
  #last: (Point & { at: number }) | null = null;

  constructor(public policy: Policy = DEFAULT_POLICY) {}

  takes(position: Measured): boolean {
    const here = { lat: position.coords.latitude, lon: position.coords.longitude, at: position.timestamp };
    if (this.#last !== null) {
      const since_s = (here.at - this.#last.at) / 1000;
      const moved_m = distanceM(this.#last, here);
      if (since_s >= 0 && since_s < this.policy.interval_s && moved_m < this.policy.distance_m) return false;
    }
    this.#last = here;
    return true;
  }
}
