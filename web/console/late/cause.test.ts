import { expect, test } from "vitest";
import type { Hand } from "../calls.ts";
import { courier, delivery } from "../../testing/console_frames.ts";
import { type Known, causeOf } from "./cause.ts";

const NOW = Date.parse("2026-11-28T11:00:00Z");
const DUE = "2026-11-28T10:00:00Z";
const CARRIED = { status: "in_transit", transporter_id: 1, due_at: DUE, expected_at: "2026-11-28T11:30:00Z", assigned_at: "2026-11-28T09:00:00Z", picked_up_at: "2026-11-28T09:30:00Z" } as const;
const at = (text: string): number => Date.parse(`2026-11-28T${text}:00Z`);
const hand = (event: string, time: string, more: Partial<Hand> = {}): Hand => ({ at: `2026-11-28T${time}:00Z`, by: 2, by_name: "Asha", event, how: null, reason: null, taken_from: null, taken_from_name: null, transporter: 1, transporter_name: "Ram", ...more });
const known = (some: Partial<Known>): Known => ({ delivery: delivery(7, CARRIED), courier: courier(1, { recorded_at: "2026-11-28T10:59:50Z" }), search: undefined, details: { ready_at: null }, hands: [], ...some });

test("what is in time has no cause, and before all is known that would say one nothing is said", () => {
  expect(causeOf(known({ delivery: delivery(7, { ...CARRIED, due_at: "2026-11-28T12:00:00Z" }) }), NOW)).toBeNull();
  expect([causeOf(known({ details: null }), NOW), causeOf(known({ hands: null }), NOW)]).toEqual([null, null]);
});

test("a door that was tried in vain is the cause, whoever has it", () => {
  const tried = delivery(7, { ...CARRIED, attempt: { number: 1, reason: "closed", at: "2026-11-28T09:50:00Z" }, next_try: { starts_at: "2026-11-28T10:10:00Z", ends_at: "2026-11-28T10:20:00Z", asked_by: "buyer" } });
  expect(causeOf(known({ delivery: tried, details: null }), NOW)).toEqual({ key: "cause.tried", at: at("09:50"), reason: "closed" });
});

test("a courier who is silent, or stands long at a stop, is the cause before all that happened earlier", () => {
  const hands = [hand("delivery.reassigned", "09:10", { how: "by_hand" })];
  expect(causeOf(known({ hands, courier: courier(1, { presence: "stale", recorded_at: "2026-11-28T10:40:00Z" }) }), NOW)).toEqual({ key: "cause.silent", for_ms: 20 * 60_000 });
  expect(causeOf(known({ hands, courier: undefined }), NOW)).toEqual({ key: "cause.offline" });
  const stands = (stop: "pickup" | "dropoff", since: string) => causeOf(known({ hands, delivery: delivery(7, { ...CARRIED, at_stop: stop, at_stop_since: since }) }), NOW);
  expect(stands("pickup", "2026-11-28T10:45:00Z")).toEqual({ key: "cause.at_pickup", for_ms: 15 * 60_000 });
  expect(stands("dropoff", "2026-11-28T10:45:00Z")).toEqual({ key: "cause.at_door", for_ms: 15 * 60_000 });
  expect(stands("dropoff", "2026-11-28T10:58:00Z")?.key).toBe("cause.moved");
});

test("one that waits says since when, that nobody took it, or who had it before", () => {
  const waits = delivery(7, { due_at: DUE, created_at: "2026-11-28T09:20:00Z" });
  const of = (some: Partial<Known>) => causeOf(known({ delivery: waits, courier: undefined, ...some }), NOW);
  expect(of({})).toEqual({ key: "cause.waits", at: at("09:20") });
  expect(of({ search: { status: "exhausted" } })).toEqual({ key: "cause.nobody_took" });
  const lost = hand("delivery.unassigned", "10:20", { reason: "given_back" });
  expect(of({ hands: [hand("delivery.unassigned", "09:40"), lost, hand("delivery.assigned", "10:00")] })).toEqual({ key: "cause.waits_again", at: at("10:20"), hand: lost });
});

test("of one on its way the last change of hands is named, else what came only once it was due, else the stops before it", () => {
  const of = (some: Partial<typeof CARRIED> | object, ready_at: string | null = null) => causeOf(known({ delivery: delivery(7, { ...CARRIED, ...some }), details: { ready_at } }), NOW);
  const moved = hand("delivery.reassigned", "09:40", { how: "rolling" });
  expect(causeOf(known({ hands: [hand("delivery.reassigned", "09:20"), moved] }), NOW)).toEqual({ key: "cause.moved", at: at("09:40"), hand: moved });
  expect(of({}, "2026-11-28T10:30:00Z")).toEqual({ key: "cause.ready_late", at: at("10:30") });
  expect(of({ assigned_at: "2026-11-28T10:10:00Z", picked_up_at: "2026-11-28T10:20:00Z" })).toEqual({ key: "cause.given_late", at: at("10:10") });
  expect(of({ picked_up_at: "2026-11-28T10:20:00Z", stops_before: 2 })).toEqual({ key: "cause.fetched_late", at: at("10:20") });
  expect(of({ stops_before: 2 })).toEqual({ key: "cause.stops", count: 2 });
});

test("one whose arrival moves after it was given says what is not done yet and from how far, and changes with it", () => {
  const given = { ...CARRIED, status: "assigned", picked_up_at: null, assigned_at: "2026-11-28T10:10:00Z", planned_at: "2026-11-28T11:10:00Z" } as const;
  const of = (some: object, lat = 27.7, more: Partial<Known> = {}) => causeOf(known({ delivery: delivery(7, { ...given, ...some }), courier: courier(1, { lat, recorded_at: "2026-11-28T10:59:50Z" }), ...more }), NOW);
  const soon = { expected_at: "2026-11-28T11:14:00Z" }; // as it was planned: that it was given late is what is wrong
  expect(of(soon)).toEqual({ key: "cause.given_late", at: at("10:10") });
  const slipped = { key: "cause.not_fetched", planned: at("11:10"), at: at("11:30") };
  expect(of({}, 27.71)).toEqual({ ...slipped, metres: expect.closeTo(1112, 0) });
  expect(of({}, 27.72, { hands: [hand("delivery.reassigned", "10:10", { how: "by_hand" })], details: null })).toEqual({ ...slipped, metres: expect.closeTo(2224, 0) });
  expect(of({ status: "picked_up", stops_before: 0 }, 27.71)).toMatchObject({ key: "cause.behind", planned: at("11:10"), at: at("11:30") });
  expect(of({ status: "picked_up", stops_before: 1 })).toEqual({ key: "cause.stops", count: 1 });
  expect(of({ planned_at: null })).toEqual({ key: "cause.given_late", at: at("10:10") });
});

test("where nothing that is known says why, that is said and nothing is guessed", () => {
  expect(causeOf(known({}), NOW)).toEqual({ key: "cause.unknown" });
});
