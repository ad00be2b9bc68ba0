import { expect, test } from "vitest";
import { exceptionsOf, lateness, measureOf, shownAtFirst } from "./exceptions.ts";
import type { Courier } from "./frames.ts";
import { courier, delivery } from "../testing/console_frames.ts";

const NOW = Date.parse("2026-11-28T11:00:00Z");
const fleet = (...couriers: Courier[]): Map<number, Courier> => new Map(couriers.map((one) => [one.id, one]));
const kinds = (found: ReturnType<typeof exceptionsOf>): [string, number][] => found.map((one) => [one.kind, Math.round(one.for_ms / 60_000)]);

test("a parcel is late where it is expected after what was asked for, and a waiting one once that has passed", () => {
  const carried = { status: "in_transit", transporter_id: 1, due_at: "2026-11-28T11:10:00Z" } as const;
  expect(lateness(delivery(1, { ...carried, expected_at: "2026-11-28T11:30:00Z" }), NOW)).toBe(20 * 60_000);
  expect(lateness(delivery(1, { ...carried, expected_at: "2026-11-28T11:11:00Z" }), NOW)).toBe(0);
  expect(lateness(delivery(1, { due_at: "2026-11-28T10:50:00Z" }), NOW)).toBe(10 * 60_000);
  expect(lateness(delivery(1, { due_at: "2026-11-28T11:30:00Z" }), NOW)).toBe(0);
});

test("what a person holds is neither late nor an exception until its time is over", () => {
  const waits = { due_at: "2026-11-28T10:50:00Z", created_at: "2026-11-28T09:00:00Z" };
  for (const until of [null, "2026-11-28T12:00:00Z"]) {
    const held = delivery(1, { ...waits, on_hold: { since: "2026-11-28T10:00:00Z", until } });
    expect(lateness(held, NOW)).toBe(0);
    expect(exceptionsOf([held], fleet(), NOW, new Set([1]))).toEqual([]);
  }
  const over = delivery(1, { ...waits, on_hold: { since: "2026-11-28T10:00:00Z", until: "2026-11-28T10:59:00Z" } });
  expect(kinds(exceptionsOf([over], fleet(), NOW))).toEqual([["late", 10]]);
});

test("where nothing was asked for, it is late by ten minutes beyond the plan", () => {
  const carried = { status: "in_transit", transporter_id: 1, planned_at: "2026-11-28T11:10:00Z" } as const;
  expect(lateness(delivery(1, { ...carried, expected_at: "2026-11-28T11:19:00Z" }), NOW)).toBe(0);
  expect(lateness(delivery(1, { ...carried, expected_at: "2026-11-28T11:25:00Z" }), NOW)).toBe(15 * 60_000);
  expect(lateness(delivery(1), NOW)).toBe(0);
});

test("what is over, what will be late and what is behind a plan are three measures", () => {
  const due_at = "2026-11-28T10:50:00Z";
  const carried = { status: "in_transit", transporter_id: 1 } as const;
  expect(measureOf(delivery(1, { due_at }), NOW)).toBe("past_due");
  expect(measureOf(delivery(1, { ...carried, due_at, expected_at: "2026-11-28T11:30:00Z" }), NOW)).toBe("will_be_late");
  expect(measureOf(delivery(1, { ...carried, due_at, expected_at: "2026-11-28T10:55:00Z" }), NOW)).toBe("past_due");
  expect(measureOf(delivery(1, { ...carried, planned_at: due_at, expected_at: "2026-11-28T11:30:00Z" }), NOW)).toBe("behind_plan");
});

test("exceptions come worst first, each delivery once a kind", () => {
  const found = exceptionsOf(
    [
      delivery(1, { created_at: "2026-11-28T10:45:00Z" }),
      delivery(2, { status: "assigned", transporter_id: 1, at_stop: "pickup", at_stop_since: "2026-11-28T10:48:00Z" }),
      delivery(3, { status: "in_transit", transporter_id: 2 }),
      delivery(4, { due_at: "2026-11-28T10:55:00Z" }),
      delivery(5, { due_at: "2026-11-28T10:40:00Z" }),
    ],
    fleet(courier(1), courier(2, { presence: "stale", recorded_at: "2026-11-28T10:57:00Z" })),
    NOW,
  );
  expect(kinds(found)).toEqual([["late", 20], ["late", 5], ["silent", 3], ["nobody", 15], ["at_stop", 12]]);
});

test("a silent courier is one exception, with how much is aboard; one that only fetches is none", () => {
  const own = { transporter_id: 1, picked_up_at: "2026-11-28T10:30:00Z" };
  const found = exceptionsOf(
    [delivery(1, { ...own, status: "in_transit" }), delivery(2, { ...own, status: "picked_up" }), delivery(3, { transporter_id: 2, status: "assigned" })],
    fleet(),
    NOW,
  );
  expect(found.map((one) => [one.kind, one.parcels])).toEqual([["silent", 2]]);
  expect(kinds(found)).toEqual([["silent", 30]]);
});

test("what everybody who was asked declined or let pass counts at once, for as long as it waits and nobody is asked anew", () => {
  const waits = delivery(1, { created_at: "2026-11-28T10:58:00Z" });
  const given = delivery(2, { created_at: "2026-11-28T10:58:00Z", status: "assigned", transporter_id: 1 });
  const old = delivery(3, { created_at: "2026-11-28T10:45:00Z" });
  const searches = (status: "searching" | "exhausted") => new Map([1, 2].map((id) => [id, { id: 70 + id, status }]));
  expect(exceptionsOf([waits, given], fleet(), NOW, new Set(), searches("searching"))).toEqual([]);
  const found = exceptionsOf([waits, given, old], fleet(), NOW, new Set(), searches("exhausted"));
  expect(found.map((one) => one.key)).toEqual(["nobody_took:1:71", "nobody:3"]);
  const held = delivery(1, { on_hold: { since: "2026-11-28T10:58:00Z", until: null } });
  expect(exceptionsOf([held], fleet(), NOW, new Set(), searches("exhausted"))).toEqual([]);
});

test("what shall be fetched later does not wait yet, and what nobody was found for counts at once", () => {
  const later = delivery(1, { created_at: "2026-11-28T08:00:00Z", pickup_from: "2026-11-28T12:00:00Z" });
  const fresh = delivery(2, { created_at: "2026-11-28T10:59:00Z" });
  expect(exceptionsOf([later, fresh], fleet(), NOW)).toEqual([]);
  expect(exceptionsOf([later, fresh], fleet(), NOW, new Set([2])).map((one) => one.delivery.id)).toEqual([2]);
});

test("so many of what needs somebody are shown at first that rows of the list are in sight below, and fewer of a list that is filtered", () => {
  expect([640, 720, 768, 900, 1080, 4000].map((height) => [shownAtFirst(height, false), shownAtFirst(height, true)])).toEqual([[2, 1], [2, 1], [2, 1], [4, 1], [6, 2], [12, 12]]);
});
