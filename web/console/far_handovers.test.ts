import { expect, test } from "vitest";
import { worstFirst } from "./exceptions.ts";
import { type FlaggedRow, SHOWN_MS, farHandovers } from "./far_handovers.ts";

const NOW = Date.parse("2026-11-28T11:00:00Z");
const AT = "2026-11-28T10:48:00Z";

function row(id: number, flags: string[], step: object = {}): FlaggedRow {
  const flagged_step = { status: "delivered" as const, at: AT, told_at: AT, transporter: 7, flags, ...step };
  return { id, status: "delivered", transporter: 7, transporter_name: "Ram Thapa", pickup_address: "Thamel", delivery_address: "Patan", created_at: "2026-11-28T09:00:00Z", flagged_step };
}

test("a handover far from its address, or without a fresh position, needs somebody; other doubts are read at the parcel", () => {
  const rows = [
    row(1, ["too_fast", "far_from_last_fix", "far_from_address"]),
    row(2, ["old_fix"], { status: "picked_up" }),
    row(3, ["far_from_address"], { status: "in_transit" }),
    row(4, ["clock_ahead"]),
    { ...row(5, []), flagged_step: null },
  ];
  const found = farHandovers(rows, NOW);
  expect(found.map((one) => one.kind === "far" && [one.delivery.id, one.doubt, one.by])).toEqual([
    [1, "delivered.far_from_address", "Ram Thapa"],
    [2, "picked_up.old_fix", "Ram Thapa"],
    [3, "tried.far_from_address", "Ram Thapa"],
  ]);
  expect(found[0]).toMatchObject({ kind: "far", key: `far:1:${AT}`, for_ms: 12 * 60_000 });
  expect(worstFirst(found).map((one) => one.delivery.id)).toEqual([1, 2, 3]);
});

test("it is told of whoever did it, and not of whoever has the parcel since", () => {
  const handed_on: FlaggedRow = { ...row(1, ["far_from_address"], { status: "picked_up" }), transporter: 8, transporter_name: "Sita Rai" };
  const [found] = farHandovers([handed_on], NOW);
  expect(found?.kind === "far" && [found.by, found.delivery.transporter_id]).toEqual([null, 7]);
});

test("it is named for a bounded time, counted from when the server was told: a phone may have been without a network", () => {
  const long_ago = "2026-11-28T05:00:00Z";
  const told = (told_at: number) => farHandovers([row(1, ["far_from_address"], { at: long_ago, told_at: new Date(told_at).toISOString() })], NOW);
  expect([told(NOW - SHOWN_MS + 1000).length, told(NOW - SHOWN_MS - 1000).length]).toEqual([1, 0]);
});
