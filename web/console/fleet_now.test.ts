import { expect, test } from "vitest";
import { courier, delivery } from "../testing/console_frames.ts";
import { fleetNow } from "./fleet_now.ts";

const NOW = Date.parse("2026-11-28T11:00:00Z");
const byId = <One extends { id: number }>(all: readonly One[]) => new Map(all.map((one) => [one.id, one]));

test("the fleet is counted by what each courier does, and a silent one is neither free nor on the way", () => {
  const couriers = byId([courier(1), courier(2, { active: 2 }), courier(3, { presence: "stale", active: 1 }), courier(4)]);
  expect(fleetNow({ couriers, deliveries: new Map() }, NOW)).toEqual({ free: 2, carrying: 1, silent: 1, longest: null, next: null });
});

test("what has waited longest and what is due next are named, but neither what is on hold nor what is to be fetched later", () => {
  const since = "2026-11-28T08:00:00Z";
  const deliveries = byId([
    delivery(1, { created_at: "2026-11-28T09:00:00Z", on_hold: { since, until: null }, due_at: "2026-11-28T11:01:00Z" }),
    delivery(2, { created_at: "2026-11-28T10:00:00Z", due_at: "2026-11-28T10:30:00Z" }),
    delivery(3, { created_at: "2026-11-28T10:30:00Z", due_at: "2026-11-28T13:00:00Z" }),
    delivery(4, { created_at: since, pickup_from: "2026-11-28T18:00:00Z" }),
    delivery(5, { status: "in_transit", transporter_id: 1, created_at: since, due_at: "2026-11-28T12:00:00Z" }),
  ]);
  const { longest, next } = fleetNow({ couriers: new Map(), deliveries }, NOW);
  expect([longest?.id, next?.delivery.id, next?.at]).toEqual([2, 5, Date.parse("2026-11-28T12:00:00Z")]);
});
