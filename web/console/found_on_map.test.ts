import { expect, test } from "vitest";
import { isInSight, isTiny } from "./camera.ts";
import type { Profile } from "./frames.ts";
import { dims, foundOnMap, lateOnMap, placesOf } from "./found_on_map.ts";
import { courier, delivery } from "../testing/console_frames.ts";

const ram: Profile = {
  id: 1, name: "Ram Thapa", business_name: "Quick", phone: "+977-9841555555", vehicle_type: "van", vehicle_number: "BA-1-PA-1234", capacity: 50, max_active: 5, rating: 5,
};
const listed = [delivery(1, { status: "in_transit", transporter_id: 4 }), delivery(2)].map((one) => ({ delivery: one, late_ms: 0, silent: false }));

test("without filter and search everything is shown; with one what the list has and whoever carries it", () => {
  expect(foundOnMap(listed, "all", " ", [ram])).toBeNull();
  expect(foundOnMap(listed, "late", "", [ram])).toEqual({ deliveries: new Set([1, 2]), couriers: new Set([4]) });
});

test("what is late is shown so wherever it is, with whoever has it", () => {
  const [way, waits] = listed.map((one) => ({ ...one, late_ms: 60_000 }));
  expect(lateOnMap([way!, waits!, { ...way!, delivery: delivery(3, { transporter_id: 5 }), late_ms: 0 }])).toEqual({ deliveries: new Set([1, 2]), couriers: new Set([4]) });
});

test("a search shows the couriers that it names, and a filter for what waits all who could carry it", () => {
  expect(foundOnMap([], "all", "ram", [ram])).toEqual({ deliveries: new Set(), couriers: new Set([1]) });
  expect(foundOnMap(listed, "waiting", "", [ram])?.couriers).toBeNull();
});

test("dimming is told of only where something is dimmed beside something bright", () => {
  const all = listed.map((one) => one.delivery);
  const waits = foundOnMap(listed.slice(1), "waiting", "", [ram]);
  expect(dims(null, all, [4])).toBe(false);
  expect(dims(waits, all, [4, 5])).toBe(false); // all couriers and all that waits are bright
  expect(dims(waits, [...all, delivery(3)], [4])).toBe(true);
  expect(dims(foundOnMap(listed, "late", "", []), all, [4])).toBe(false);
  expect(dims(foundOnMap(listed, "late", "", []), all, [4, 5])).toBe(true);
  expect(dims(foundOnMap([], "all", "TRK733", []), all, [4, 5])).toBe(false); // nothing is found, as the list says
});

test("what is looked at is its pickup until it is aboard, its door, and whoever has it", () => {
  const one = courier(4, { lat: 27.5 });
  const given = delivery(1, { status: "assigned", transporter_id: 4 });
  expect(placesOf(given, one)).toEqual([given.pickup, given.dropoff, one]);
  expect(placesOf({ ...given, status: "in_transit" }, one)).toEqual([given.dropoff, one]);
  expect(placesOf(delivery(2), undefined)).toHaveLength(2);
});

test("what is chosen is not left as a speck: what fills little of the window either way is tiny", () => {
  expect(isTiny([{ x: 100, y: 100 }, { x: 150, y: 120 }], 400, 300)).toBe(true);
  expect(isTiny([{ x: 100, y: 100 }, { x: 110, y: 190 }], 400, 300)).toBe(false);
});

test("what is at the very edge is not in sight, and nothing always is", () => {
  expect(isInSight([{ x: 50, y: 50 }, { x: 370, y: 270 }], 400, 300)).toBe(true);
  for (const place of [{ x: 10, y: 50 }, { x: 390, y: 50 }, { x: 50, y: 290 }, { x: 50, y: -5 }]) expect(isInSight([place], 400, 300)).toBe(false);
  expect(isInSight([], 400, 300)).toBe(true);
});
