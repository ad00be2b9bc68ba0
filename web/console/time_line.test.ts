import { expect, test } from "vitest";
import { clock } from "../shared/times.ts";
import { Board } from "./board.ts";
import { NOW_AT, barOf, linesOf, placeOf, ticksOf } from "./time_line.ts";
import { delivery, frame, toldDelivery } from "../testing/console_frames.ts";

const NOW = Date.parse("2026-11-28T11:05:00Z");
const carried = { status: "in_transit", transporter_id: 1, picked_up_at: "2026-11-28T10:50:00Z" } as const;

test("a bar begins with the pickup and ends where the parcel is expected, within the line", () => {
  const bar = barOf(delivery(1, { ...carried, expected_at: "2026-11-28T11:35:00Z", due_at: "2026-11-28T11:20:00Z" }), NOW);
  expect([bar.from, bar.to, bar.due, bar.late]).toEqual([12.5, 50, 37.5, true]);
  const long = barOf(delivery(1, { ...carried, picked_up_at: "2026-11-28T08:00:00Z", expected_at: "2026-11-28T18:00:00Z", due_at: "2026-11-28T19:00:00Z" }), NOW);
  expect([long.from, long.to, long.due, long.late]).toEqual([0, 100, null, false]);
});

test("a bar that should have ended goes on until now, and none is too thin to be seen", () => {
  expect(barOf(delivery(1, { ...carried, expected_at: "2026-11-28T10:55:00Z" }), NOW).to).toBe(NOW_AT);
  const far = barOf(delivery(1, { ...carried, picked_up_at: "2026-11-28T23:00:00Z" }), NOW);
  expect(far.to - far.from).toBeGreaterThanOrEqual(1);
});

test("what nobody knows the end of goes on to the edge as an open bar, and is no short one", () => {
  const bar = barOf(delivery(1, { status: "assigned", transporter_id: 1, assigned_at: "2026-11-28T11:05:00Z" }), NOW);
  expect([bar.from, bar.to, bar.open]).toEqual([NOW_AT, 100, true]);
  expect(barOf(delivery(1, { ...carried, expected_at: "2026-11-28T11:35:00Z" }), NOW).open).toBe(false);
});

test("who is looked at comes first, then who is late", () => {
  const board = new Board();
  const late = { expected_at: "2026-11-28T11:35:00Z", due_at: "2026-11-28T11:20:00Z" };
  board.take(
    frame({ reset: true, deliveries: [toldDelivery(1, carried), toldDelivery(2, { ...carried, transporter_id: 2, ...late }), toldDelivery(3, { ...carried, transporter_id: 3 }), toldDelivery(4)] }),
    0,
  );
  expect(linesOf(board, 3, NOW).map((line) => line.courier)).toEqual([3, 2, 1]);
  expect(linesOf(board, null, NOW).map((line) => line.courier)).toEqual([2, 1, 3]);
});

test("the bars of a courier come in the order of its stops, also beyond the line and within one minute", () => {
  const board = new Board();
  const at = (id: number, expected_at: string, stops_before: number) => toldDelivery(id, { ...carried, expected_at, stops_before });
  board.take(frame({ reset: true, deliveries: [at(1, "2026-11-28T18:00:00Z", 3), at(2, "2026-11-28T17:00:00Z", 2), at(3, "2026-11-28T11:30:00Z", 1), at(4, "2026-11-28T11:30:00Z", 0)] }), 0);
  expect(linesOf(board, null, NOW)[0]?.bars.map((bar) => bar.delivery.id)).toEqual([4, 3, 2, 1]);
  expect(board.tourOf(1).map((one) => one.id)).toEqual([4, 3, 2, 1]);
});

test("times are written at each half hour of Nepal's clock", () => {
  expect(ticksOf(NOW).map((at) => clock(at, NOW, "en"))).toEqual(["16:30", "17:00", "17:30", "18:00"]);
  expect(placeOf(NOW, NOW)).toBe(NOW_AT);
});
