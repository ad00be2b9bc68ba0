import { expect, test } from "vitest";
import { Board } from "./board.ts";
import { frame, toldDelivery, toldTransporter } from "../testing/console_frames.ts";

test("a frame changes what it names and leaves the rest", () => {
  const board = new Board();
  board.take(frame({ reset: true, transporters: [toldTransporter(1), toldTransporter(2)], deliveries: [toldDelivery(7)] }), 0);
  const change = board.take(frame({ transporters: [toldTransporter(2, { lat: 27.8 })] }), 500);
  expect(change.couriers.map((one) => one.id)).toEqual([2]);
  expect([...board.couriers.values()].map((one) => one.lat)).toEqual([27.7, 27.8]);
  expect(board.deliveries.get(7)?.created_at).toBe(Date.parse("2026-11-28T10:00:00Z"));
});

test("what is delivered or cancelled leaves the board", () => {
  const board = new Board();
  board.take(frame({ reset: true, deliveries: [toldDelivery(7), toldDelivery(8)] }), 0);
  board.take(frame({ deliveries: [toldDelivery(7, { status: "delivered" })] }), 500);
  expect([...board.deliveries.keys()]).toEqual([8]);
});

test("after a reconnect what the new picture does not show is let go of, and nothing blinks until it is whole", () => {
  const board = new Board();
  board.take(frame({ reset: true, transporters: [toldTransporter(1), toldTransporter(2)], deliveries: [toldDelivery(7), toldDelivery(8)] }), 0);
  board.take(frame({ reset: true, transporters: [toldTransporter(2)], deliveries: [toldDelivery(8)] }), 60_000);
  expect([board.couriers.size, board.deliveries.size]).toEqual([2, 2]);
  expect(board.sweep(61_000)).toEqual([]);
  expect(board.sweep(64_000)).toEqual([1]);
  expect([[...board.couriers.keys()], [...board.deliveries.keys()]]).toEqual([[2], [8]]);
  expect(board.sweep(99_000)).toEqual([]);
});

test("a courier that goes offline with a parcel stays known as gone, another one leaves", () => {
  const board = new Board();
  const carried = toldDelivery(7, { status: "picked_up", transporter_id: 1 });
  board.take(frame({ reset: true, transporters: [toldTransporter(1), toldTransporter(2)], deliveries: [carried] }), 0);
  expect(board.take(frame({ gone: [1, 2, 99] }), 500).gone).toEqual([2]);
  expect([...board.couriers.values()].map((one) => [one.id, one.presence])).toEqual([[1, "gone"]]);
});

test("who had what waits again is known until it is over", () => {
  const board = new Board();
  board.take(frame({ reset: true, deliveries: [toldDelivery(7, { status: "assigned", transporter_id: 3 }), toldDelivery(8)] }), 0);
  board.take(frame({ deliveries: [toldDelivery(7), toldDelivery(8)], server_time: "2026-11-28T11:40:00Z" }), 10_000);
  expect(board.hadBy(7)).toEqual({ courier: 3, until: Date.parse("2026-11-28T11:40:00Z") });
  expect(board.hadBy(8)).toBeNull();
  board.take(frame({ deliveries: [toldDelivery(7, { status: "cancelled" })] }), 20_000);
  expect(board.hadBy(7)).toBeNull();
});

test("a tour lists what is under way by when it is expected", () => {
  const board = new Board();
  const own = { transporter_id: 1, status: "assigned" } as const;
  board.take(
    frame({
      reset: true,
      deliveries: [
        toldDelivery(1, { ...own, expected_at: "2026-11-28T12:00:00Z" }),
        toldDelivery(2, { ...own, expected_at: null }),
        toldDelivery(3, { ...own, expected_at: "2026-11-28T11:00:00Z" }),
        toldDelivery(4, { transporter_id: 2, status: "assigned" }),
      ],
    }),
    0,
  );
  expect(board.tourOf(1).map((one) => one.id)).toEqual([3, 1, 2]);
});

const GIVEN = { status: "assigned", transporter_id: 1 } as const;
const standing = (board: Board) => [board.deliveries.get(7)?.status, board.deliveries.get(7)?.transporter_id];

test("what the server answered shows before any frame, and a frame of how it was before does not undo it", () => {
  const board = new Board();
  board.take(frame({ reset: true, deliveries: [toldDelivery(7)] }), 0);
  board.answered(7, 1, 1_000);
  expect(standing(board)).toEqual(["assigned", 1]);
  board.take(frame({ deliveries: [toldDelivery(7)] }), 1_200);
  expect(standing(board)).toEqual(["assigned", 1]);
  board.take(frame({ deliveries: [toldDelivery(7, { ...GIVEN, assigned_at: "2026-11-28T10:01:00Z" })] }), 1_700);
  expect(board.deliveries.get(7)?.assigned_at).not.toBeNull();
  board.take(frame({ deliveries: [toldDelivery(7)] }), 2_000);
  expect(standing(board)).toEqual(["available", null]); // somebody took it back meanwhile
});

test("an answer says when the parcel is expected of whom it was given to, and what was expected of somebody else is forgotten", () => {
  const board = new Board();
  const held = toldDelivery(7, { ...GIVEN, expected_at: "2026-11-28T10:30:00Z" });
  board.take(frame({ reset: true, deliveries: [toldDelivery(6), held] }), 0);
  const expected = Date.parse("2026-11-28T10:24:00Z");
  board.answered(6, 1, 1_000, expected);
  expect([board.deliveries.get(6)?.expected_at, board.deliveries.get(6)?.assigned_at]).toEqual([expected, Date.parse("2026-11-28T10:00:00Z")]);
  board.answered(7, 2, 1_000);
  expect(board.deliveries.get(7)?.expected_at).toBeNull();
});

test("what was given and taken back at once waits, whichever of its frames comes when", () => {
  const board = new Board();
  board.take(frame({ reset: true, deliveries: [toldDelivery(7)] }), 0);
  board.answered(7, 1, 1_000);
  board.answered(7, null, 1_300);
  for (const told of [toldDelivery(7), toldDelivery(7, GIVEN), toldDelivery(7), toldDelivery(7, GIVEN)]) {
    board.take(frame({ deliveries: [told] }), 1_500);
    expect(standing(board)).toEqual(["available", null]);
  }
});

test("news of somebody else is taken at once, and what was held back is told where nothing newer comes", () => {
  const board = new Board();
  board.take(frame({ reset: true, deliveries: [toldDelivery(7)] }), 0);
  board.answered(7, 1, 1_000);
  board.take(frame({ deliveries: [toldDelivery(7, { status: "picked_up", transporter_id: 1 })] }), 1_200);
  expect(standing(board)).toEqual(["picked_up", 1]);
  board.take(frame({ deliveries: [toldDelivery(7)] }), 10_000);
  board.answered(7, 1, 11_000);
  board.take(frame({ deliveries: [toldDelivery(7)] }), 11_500);
  board.sweep(15_000);
  expect(standing(board)).toEqual(["assigned", 1]);
  board.sweep(16_000);
  expect(standing(board)).toEqual(["available", null]);
});
