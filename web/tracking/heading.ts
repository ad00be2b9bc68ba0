// Which way the courier goes, as far as its positions say so.
import { type Fix, JUMP_GAP_MS, JUMP_M, type Shown, metres } from "../shared/motion.ts";

/** What is shorter may be the wandering of a phone that lies still. */
export const NOISE_M = 10;

export interface Heading {
  /** From where the next movement is measured. */
  from: Fix;
  /** When it was heard last, by the device's clock. */
  heard_at: number;
  /** Clockwise from north, 0 up to 360; null where nobody knows. */
  degrees: number | null;
}

const RADIANS = Math.PI / 180;

/** Clockwise from north, 0 up to 360, over the short ways of a city. */
export function bearing(from: Shown, to: Shown): number {
  const north = to.lat - from.lat;
  const east = (to.lon - from.lon) * Math.cos(((from.lat + to.lat) / 2) * RADIANS);
  return (Math.atan2(east, north) / RADIANS + 360) % 360;
}

/** With one more position. It stays through standing still; after a long silence or a leap, which the marker does not slide either, nobody knows it. */
export function headingAfter(before: Heading | null, fix: Fix): Heading {
  if (before === null) return { from: fix, heard_at: fix.recorded_at, degrees: null };
  if (fix.recorded_at < before.heard_at) return before;
  const heard_at = fix.recorded_at;
  const way_m = metres(before.from, fix);
  if (heard_at - before.heard_at > JUMP_GAP_MS || way_m > JUMP_M) return { from: fix, heard_at, degrees: null };
  if (way_m <= Math.max(NOISE_M, before.from.accuracy_m ?? 0, fix.accuracy_m ?? 0)) return { ...before, from: surer(before.from, fix), heard_at };
  return { from: fix, heard_at, degrees: bearing(before.from, fix) };
}

/** The place that is known better; the first of two that are known as well, so that slow steps add up. */
function surer(before: Fix, fix: Fix): Fix {
  return fix.accuracy_m !== null && before.accuracy_m !== null && fix.accuracy_m < before.accuracy_m ? fix : before;
}

/** The same direction as `degrees`, said so that turning there from `shown` takes the short way round. */
export function turnedTo(shown: number, degrees: number): number {
  return shown + ((((degrees - shown) % 360) + 540) % 360) - 180;
}
