import { expect, test } from "vitest";
import { Fleet, type FleetFrame } from "./fleet.ts";

const frame = (some: Partial<FleetFrame>): FleetFrame => ({ type: "fleet", reset: false, transporters: [], gone: [], deliveries: [], ...some });
const courier = (id: number, active: number, second = 0): FleetFrame["transporters"][number] => ({
  id,
  lat: 27.7,
  lon: 85.3 + second / 100_000,
  recorded_at: new Date(second * 1000).toISOString(),
  active,
});

test("couriers and deliveries are counted as they come and go", () => {
  const fleet = new Fleet();
  fleet.take(frame({ reset: true, transporters: [courier(1, 0), courier(2, 3)], deliveries: [{ id: 7, status: "available" }, { id: 8, status: "in_transit" }] }), 0, false);
  expect(fleet.counts).toEqual({ couriers: 2, carrying: 1, deliveries: 1, waiting: 1 });
  fleet.take(frame({ transporters: [courier(1, 1)], gone: [2], deliveries: [{ id: 7, status: "assigned" }, { id: 8, status: "delivered" }] }), 0, false);
  expect(fleet.counts).toEqual({ couriers: 1, carrying: 1, deliveries: 1, waiting: 0 });
});

test("a first frame replaces all that was known", () => {
  const fleet = new Fleet();
  fleet.take(frame({ reset: true, transporters: [courier(1, 0)], deliveries: [{ id: 7, status: "available" }] }), 0, false);
  fleet.take(frame({ reset: true, transporters: [courier(2, 0)] }), 0, false);
  expect(fleet.counts).toEqual({ couriers: 1, carrying: 0, deliveries: 0, waiting: 0 });
});

test("somebody slides only while a move is being shown", () => {
  const fleet = new Fleet();
  fleet.take(frame({ reset: true, transporters: [courier(1, 0)] }), 0, false);
  expect(fleet.seen(0).moving).toBe(false);
  fleet.take(frame({ transporters: [courier(1, 0, 5)] }), 5_000, false);
  expect(fleet.seen(5_001).moving).toBe(true);
  expect(fleet.seen(10_000).moving).toBe(false);
});
