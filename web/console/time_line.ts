// A courier's stops on a line of time: where each bar begins and ends, in hundredths of the line.
import { NEPAL_OFFSET_MS } from "../shared/times.ts";
import type { Board } from "./board.ts";
import { lateness } from "./exceptions.ts";
import { type Delivery, inSequence, underWay } from "./frames.ts";
import { dueOf, triedOf } from "./tries.ts";

const MINUTE_MS = 60_000;
const BEHIND_MS = 30 * MINUTE_MS;
const TICK_MS = 30 * MINUTE_MS;
const AHEAD_MS = 90 * MINUTE_MS;
export const NOW_AT = (100 * BEHIND_MS) / (BEHIND_MS + AHEAD_MS);

export interface Bar {
  delivery: Delivery;
  from: number;
  to: number;
  /** Where the promise lies; null where there is none, or beyond the line. */
  due: number | null;
  late: boolean;
  /** Nobody knows yet when it ends. */
  open: boolean;
}

export interface Line {
  courier: number;
  bars: Bar[];
}

/** The moments that are written along the line. */
export function ticksOf(now: number): number[] {
  // Half hours as clocks in Nepal show them.
  const first = Math.ceil((now - BEHIND_MS + NEPAL_OFFSET_MS) / TICK_MS) * TICK_MS - NEPAL_OFFSET_MS;
  return [0, 1, 2, 3, 4].map((step) => first + step * TICK_MS).filter((at) => placeOf(at, now) < 97);
}

/** A moment's place on the line, 0 to 100 where it is on it. */
export function placeOf(at: number, now: number): number {
  return (100 * (at - now + BEHIND_MS)) / (BEHIND_MS + AHEAD_MS);
}

/** Whether something of it is on the line: what was tried in vain keeps nobody busy until it is tried again. */
export function isOnLine(delivery: Delivery, now: number): boolean {
  const tried = triedOf(delivery, now);
  return tried === null || (delivery.next_try !== null && placeOf(delivery.next_try.starts_at, now) < 100);
}

export function barOf(delivery: Delivery, now: number): Bar {
  const within = (at: number): number => Math.min(100, Math.max(0, placeOf(at, now)));
  const again = triedOf(delivery, now) === "next_try" ? delivery.next_try?.starts_at : undefined;
  const from = within(again ?? delivery.picked_up_at ?? delivery.assigned_at ?? now);
  const open = delivery.expected_at === null;
  const ends = open ? Infinity : Math.max(delivery.expected_at ?? now, now);
  const by = dueOf(delivery);
  const due = by === null ? null : placeOf(by, now);
  return {
    delivery,
    from: Math.min(from, 99),
    to: Math.max(within(ends), Math.min(from, 99) + 1),
    due: due !== null && due >= 0 && due <= 100 ? due : null,
    late: lateness(delivery, now) > 0,
    open,
  };
}

/** Who carries something: the one that is looked at first, then those who are late. */
export function linesOf(board: Board, first: number | null, now: number): Line[] {
  const tours = new Map<number, Bar[]>();
  for (const delivery of board.deliveries.values()) {
    if (delivery.transporter_id === null || !underWay(delivery) || !isOnLine(delivery, now)) continue;
    const bars = tours.get(delivery.transporter_id) ?? [];
    bars.push(barOf(delivery, now));
    tours.set(delivery.transporter_id, bars);
  }
  const late = (bars: readonly Bar[]): number => bars.filter((bar) => bar.late).length;
  return [...tours]
    .map(([courier, bars]) => ({ courier, bars: bars.sort((a, b) => inSequence(a.delivery, b.delivery)) }))
    .sort((a, b) => Number(b.courier === first) - Number(a.courier === first) || late(b.bars) - late(a.bars) || a.courier - b.courier);
}
