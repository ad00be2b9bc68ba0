import { expect, test } from "vitest";
import type { Details, Hand } from "../calls.ts";
import { happenedOf } from "./history.ts";

type Step = Details["tracking_history"][number];
const step = (status: Step["status"], timestamp: string, message = "", notes = ""): Step => ({
  status, status_display: status, message, timestamp, noticed_at: timestamp, location: null, notes, happened_at: null, flags: [],
});
const hand = (event: string, at: string, some: Partial<Hand> = {}): Hand => ({
  at, event: `delivery.${event}`, transporter: 1, transporter_name: "Ram Thapa", taken_from: null, taken_from_name: null, reason: null, how: null, by: null, by_name: null, ...some,
});
const attempt = (timestamp: string): Details["attempts"][number] => ({
  number: 1, reason: "nobody_there", message: "Delivery attempted: nobody was there", timestamp, noticed_at: timestamp, transporter_id: 1, note: "Rang twice", location: null, has_photo: false, photo: null, next_try_at: null, happened_at: null,
});

test("a step is told with the change of hands of its moment, and who confirmed it stands between the steps", () => {
  const told = happenedOf(
    { tracking_history: [step("assigned", "2026-11-28T10:00:00.000123Z"), step("available", "2026-11-28T10:20:00Z")], attempts: [] },
    [hand("assigned", "2026-11-28T10:00:00.000123Z", { how: "by_hand" }), hand("accepted", "2026-11-28T10:05:00Z"), hand("unassigned", "2026-11-28T10:20:00.001Z", { reason: "taken_back" })],
  );
  expect(told.map((one) => [one.step?.status ?? null, one.hand?.event ?? null])).toEqual([
    ["assigned", "delivery.assigned"],
    [null, "delivery.accepted"],
    ["available", "delivery.unassigned"],
  ]);
});

test("whoever took it by itself, or was asked, does not confirm it once more", () => {
  for (const how of ["own", "offer", null] as const) {
    const told = happenedOf({ tracking_history: [step("assigned", "2026-11-28T10:00:00Z")], attempts: [] }, [hand("assigned", "2026-11-28T10:00:00Z", { how }), hand("accepted", "2026-11-28T10:00:00Z")]);
    expect([how, told.length]).toEqual([how, 1]);
  }
});

test("a try in vain stands at its step with what its courier noted", () => {
  const at = "2026-11-28T11:00:00Z";
  const told = happenedOf({ tracking_history: [step("in_transit", at, "Delivery attempted: nobody was there"), step("in_transit", "2026-11-28T11:10:00Z", "Next delivery attempt rescheduled")], attempts: [attempt(at)] }, []);
  expect(told.map((one) => one.attempt?.note ?? null)).toEqual(["Rang twice", null]);
});

test("two changes of hands of one moment are told once each", () => {
  const at = "2026-11-28T10:00:00Z";
  const told = happenedOf({ tracking_history: [step("available", at), step("assigned", at)], attempts: [] }, [hand("unassigned", at, { reason: "given_back" }), hand("assigned", at)]);
  expect(told.map((one) => one.hand?.event)).toEqual(["delivery.unassigned", "delivery.assigned"]);
});
