import { expect, test } from "vitest";
import { exceptionsOf, lateness, measureOf } from "./exceptions.ts";
import type { Delivery } from "./frames.ts";
import { NAMED_TIME_LASTS_MS, dueOf, triedOf } from "./tries.ts";
import { barOf, isOnLine } from "./time_line.ts";
import { courier, delivery } from "../testing/console_frames.ts";

const NOW = Date.parse("2026-11-28T11:00:00Z");
const MINUTE = 60_000;
const at = (minutes: number): string => new Date(NOW + minutes * MINUTE).toISOString();
/** Aboard and tried half an hour ago; asked for by an hour ago. */
const tried = (id: number, next: { from: number; to?: number } | null): Delivery =>
  delivery(id, {
    status: "in_transit",
    transporter_id: 1,
    due_at: at(-60),
    picked_up_at: at(-90),
    expected_at: next === null ? null : at(next.from),
    attempt: { number: 1, reason: "nobody_there", at: at(-30) },
    next_try: next === null ? null : { starts_at: at(next.from), ends_at: next.to === undefined ? null : at(next.to), asked_by: "buyer" },
  });

test("a parcel that was tried in vain waits for a next try, for one that nobody has agreed, or no longer", () => {
  expect([triedOf(delivery(1), NOW), triedOf(tried(1, null), NOW)]).toEqual([null, "no_next_try"]);
  expect([triedOf(tried(1, { from: 60 }), NOW), triedOf(tried(1, { from: -1 }), NOW)]).toEqual(["next_try", null]);
});

test("once a next try is agreed lateness is measured by its end, and a time alone counts for an hour", () => {
  expect(dueOf(tried(1, { from: 60, to: 180 }))).toBe(NOW + 180 * MINUTE);
  expect(dueOf(tried(1, { from: 60 }))).toBe(NOW + 60 * MINUTE + NAMED_TIME_LASTS_MS);
  expect(dueOf(tried(1, null))).toBe(NOW - 60 * MINUTE);
  expect(lateness(tried(1, { from: 600, to: 720 }), NOW)).toBe(0);
  const missed = tried(1, { from: -200, to: -100 });
  expect([lateness(missed, NOW), measureOf(missed, NOW)]).toEqual([100 * MINUTE, "past_due"]);
});

test("most urgent is a parcel whose next try nobody has agreed; one that is agreed comes behind all else, the soonest first", () => {
  const deliveries = [tried(1, { from: 900 }), tried(2, { from: 60 }), tried(3, null), delivery(4, { due_at: at(-500) }), tried(5, { from: -200, to: -100 })];
  const found = exceptionsOf(deliveries, new Map([[1, courier(1)]]), NOW);
  expect(found.map((one) => [one.kind, one.delivery.id])).toEqual([["no_next_try", 3], ["late", 4], ["late", 5], ["next_try", 2], ["next_try", 1]]);
  expect(found[0]?.for_ms).toBe(30 * MINUTE);
});

test("each attempt is an exception of its own, so that one that was put off does not hide the next", () => {
  const again = { ...tried(3, null), attempt: { number: 2, reason: "closed", at: NOW } };
  const keys = [tried(3, null), again].map((one) => exceptionsOf([one], new Map(), NOW).find(({ kind }) => kind === "no_next_try")?.key);
  expect(new Set(keys).size).toBe(2);
});

test("a next try that is tomorrow, or not agreed, keeps nobody busy today; one within the hour is a bar of its own", () => {
  expect([isOnLine(tried(1, { from: 1_200 }), NOW), isOnLine(tried(1, null), NOW)]).toEqual([false, false]);
  const soon = tried(1, { from: 30, to: 60 });
  expect(isOnLine(soon, NOW)).toBe(true);
  expect(barOf(soon, NOW).from).toBeCloseTo(50);
  expect(barOf(tried(1, { from: -5, to: 60 }), NOW).from).toBe(0);
});
