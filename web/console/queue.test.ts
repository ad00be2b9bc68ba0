import { expect, test } from "vitest";
import { exceptionsOf } from "./exceptions.ts";
import { FILTERS, asShown, counts, couriersFound, isWanted, matches, ordered } from "./queue.ts";
import type { DeliveryFrame, Profile } from "./frames.ts";
import type { ListOrder } from "./list_order.ts";
import { delivery } from "../testing/console_frames.ts";

const NOW = Date.parse("2026-11-28T11:00:00Z");
const listed = (id: number, some: Partial<DeliveryFrame> = {}, more: { late_ms?: number; silent?: boolean } = {}) => ({
  delivery: delivery(id, some),
  late_ms: 0,
  silent: false,
  ...more,
});
const ram: Profile = {
  id: 1, name: "Ram Thapa", business_name: "Quick", phone: "+977-9841555555", vehicle_type: "van", vehicle_number: "BA-1-PA-1234", capacity: 50, max_active: 5, rating: 5,
};

test("what waits comes first, by the time left: of what nobody said a time for, until it has waited too long; what shall be fetched later comes behind", () => {
  const list = [
    listed(1, { status: "assigned", transporter_id: 1, due_at: "2026-11-28T11:01:00Z" }),
    listed(2, { created_at: "2026-11-28T10:50:00Z" }),
    listed(3, { created_at: "2026-11-28T10:10:00Z" }),
    listed(4, { due_at: "2026-11-28T12:30:00Z" }),
    listed(5, { due_at: "2026-11-28T11:30:00Z" }),
    listed(6, { pickup_from: "2026-11-28T18:00:00Z", due_at: "2026-11-28T11:31:00Z" }),
  ];
  expect(ordered(list, NOW).map((one) => one.delivery.id)).toEqual([3, 5, 2, 4, 6, 1]);
});

test("what is late, or silent, or without a next try stands before what is in time, and what arrives closest to its time before the rest", () => {
  const way = { status: "in_transit", transporter_id: 1 } as const;
  const list = [
    listed(1, { ...way, due_at: "2026-11-28T11:20:00Z", expected_at: "2026-11-28T11:05:00Z" }),
    listed(2, { ...way, due_at: "2026-11-28T12:00:00Z", expected_at: "2026-11-28T11:55:00Z" }),
    listed(3, { ...way, due_at: "2026-11-28T13:00:00Z" }, { silent: true }),
    listed(4, { ...way, due_at: "2026-11-28T12:30:00Z", expected_at: "2026-11-28T12:40:00Z" }, { late_ms: 600_000 }),
    listed(5, { ...way, attempt: { number: 1, reason: "closed", at: "2026-11-28T10:30:00Z" } }),
    listed(6, way),
  ];
  expect(ordered(list, NOW).map((one) => one.delivery.id)).toEqual([5, 4, 3, 2, 1, 6]);
});

test("the more urgent presses sooner where nobody said a time", () => {
  const list = [listed(1, { created_at: "2026-11-28T10:40:00Z" }), listed(2, { created_at: "2026-11-28T10:50:00Z", priority: "urgent" })];
  expect(ordered(list, NOW).map((one) => one.delivery.id)).toEqual([2, 1]);
});

test("what a person holds comes last while that lasts", () => {
  const since = "2026-11-28T10:00:00Z";
  const list = [
    listed(1, { on_hold: { since, until: null } }),
    listed(2, { on_hold: { since, until: "2026-11-28T10:30:00Z" } }),
    listed(3, { status: "assigned", transporter_id: 1 }),
  ];
  expect(ordered(list, NOW).map((one) => one.delivery.id)).toEqual([2, 3, 1]);
});

test("of equals the more urgent comes first", () => {
  const list = [listed(1), listed(2, { priority: "low" }), listed(3, { priority: "urgent" })];
  expect(ordered(list, NOW).map((one) => one.delivery.id)).toEqual([3, 1, 2]);
});

test("each filter is counted over everything", () => {
  const list = [
    listed(1, {}, { late_ms: 5 }),
    listed(2, { status: "assigned" }),
    listed(3, { status: "picked_up" }, { silent: true }),
    listed(4, { status: "in_transit" }),
  ];
  expect(FILTERS.map((filter) => counts(list, NOW)[filter])).toEqual([4, 1, 1, 2, 1, 1]);
});

test("a search finds all of its words in any order, in number, places and courier", () => {
  const one = delivery(12, { tracking_number: "TRKAB12" });
  for (const search of ["", "patan thamel", "trkab", "ram patan", "#12", "ba-1-pa"]) expect([search, matches(one, ram, search)]).toEqual([search, true]);
  for (const search of ["pokhara", "patan pokhara", "ram sita"]) expect([search, matches(one, ram, search)]).toEqual([search, false]);
  expect(matches(one, undefined, "ram")).toBe(false);
});

test("a search names couriers too, a few of them", () => {
  const sita = { ...ram, id: 2, name: "Sita Rai" };
  expect(couriersFound([sita, ram], "quick", 6).map((one) => one.name)).toEqual(["Ram Thapa", "Sita Rai"]);
  expect(couriersFound([sita, ram], "9841555555 ram", 6)).toEqual([ram]);
  expect(couriersFound([sita, ram], "quick", 1)).toHaveLength(1);
  expect(couriersFound([sita, ram], " ", 6)).toEqual([]);
});

test("what is on hold counts as waiting for nobody, and what was let go waits since then and not since before", () => {
  const since = "2026-11-28T09:00:00Z";
  const held = listed(1, { created_at: since, on_hold: { since, until: null } });
  const let_go = listed(2, { created_at: since, on_hold: { since, until: "2026-11-28T10:58:00Z" } });
  const [waits, none] = [counts([held, let_go], NOW), counts([held], NOW)];
  expect([waits.all, waits.waiting, none.waiting, isWanted(held.delivery, NOW), isWanted(let_go.delivery, NOW)]).toEqual([2, 1, 0, false, true]);
  expect(exceptionsOf([let_go.delivery], new Map(), NOW)).toEqual([]);
  expect(exceptionsOf([let_go.delivery], new Map(), NOW + 600_000)).toMatchObject([{ kind: "nobody", for_ms: 720_000 }]);
});

test("rows are stepped through as they stand below each other, also where somebody reads them and what is new came last", () => {
  const given = { status: "assigned", transporter_id: 1 } as const;
  const rows = [listed(1, given), listed(2), listed(3, { on_hold: { since: "2026-11-28T09:00:00Z", until: null } }), listed(4, given), listed(5)];
  expect(asShown(rows, NOW).map((one) => one.delivery.id)).toEqual([2, 5, 1, 4, 3]);
});

test("the list can stand by age or by what was asked for, in each of its parts; what can be fetched only later stays behind", () => {
  const list = [
    listed(1, { created_at: "2026-11-28T10:50:00Z", due_at: "2026-11-28T11:20:00Z" }),
    listed(2, { created_at: "2026-11-28T09:00:00Z", due_at: "2026-11-28T15:00:00Z" }),
    listed(3, { created_at: "2026-11-28T10:00:00Z" }),
    listed(4, { created_at: "2026-11-28T08:00:00Z", pickup_from: "2026-11-28T18:00:00Z" }),
    listed(5, { status: "in_transit", transporter_id: 1, created_at: "2026-11-28T07:00:00Z" }),
    listed(6, { status: "assigned", transporter_id: 1, created_at: "2026-11-28T10:30:00Z", due_at: "2026-11-28T11:30:00Z" }),
  ];
  const by = (order: ListOrder) => ordered(list, NOW, order).map((one) => one.delivery.id);
  expect([by("oldest"), by("newest"), by("due")]).toEqual([[2, 3, 1, 4, 5, 6], [1, 3, 2, 4, 6, 5], [1, 2, 3, 4, 6, 5]]);
});
