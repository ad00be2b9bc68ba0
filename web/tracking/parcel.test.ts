import { expect, test } from "vitest";
import { type Parcel, atDoor, endedAt, history, pickupPlace, putAway, step } from "./parcel.ts";

const at = (minute: number): string => new Date(minute * 60_000).toISOString();
const parcel = (status: Parcel["status"], some: Partial<Parcel> = {}): Parcel => ({
  tracking_number: "TRK1",
  status,
  status_display: status,
  ending: null,
  return_ended: null,
  ended_at: null,
  distance_km: null,
  position: null,
  pickup_address: "",
  delivery_address: "",
  delivery_area: null,
  estimated_delivery_time: null,
  requested_delivery_date: null,
  planned_delivery_time: null,
  eta: null,
  transporter: null,
  tracking_history: [],
  attempts: [],
  next_try: null,
  tries_left: 3,
  can_reschedule: false,
  on_hold: null,
  objection: null,
  objects_until: null,
  events: [],
  package_details: { weight: 1, fragile: false, dimensions: "", requires_signature: false, value: null },
  hidden: [],
  code_shows: [],
  ...some,
});
type Step = Parcel["tracking_history"][number];
const taken = (status: Step["status"], minute: number, location: Step["location"] = null): Step => ({ status, status_display: status, message: status, timestamp: at(minute), noticed_at: at(minute), location });
const visit = (kind: Parcel["events"][number]["kind"], minute: number): Parcel["events"][number] => ({ kind, message: kind, timestamp: at(minute), noticed_at: at(minute), location: { latitude: 0, longitude: 0 } });

test("the steps follow the statuses, and the door the courier's arrival", () => {
  expect((["available", "assigned", "picked_up", "in_transit", "delivered"] as const).map((status) => step(parcel(status)))).toEqual([-1, 0, 1, 2, 4]);
  expect(step(parcel("in_transit", { events: [visit("arrived_at_dropoff", 1)] }))).toBe(3);
});

test("a courier who left again is not at the door", () => {
  expect(atDoor(parcel("in_transit", { events: [visit("arrived_at_dropoff", 1), visit("left_dropoff", 5)] }))).toBe(false);
  expect(atDoor(parcel("in_transit", { events: [visit("arrived_at_dropoff", 1), visit("left_dropoff", 5), visit("arrived_at_dropoff", 9)] }))).toBe(true);
});

test("steps and arrivals are one story, newest first", () => {
  const told = history(
    parcel("picked_up", {
      tracking_history: [
        taken("assigned", 1),
        taken("picked_up", 9, { latitude: 27.7, longitude: 85.3, address: null }),
      ],
      events: [visit("arrived_at_pickup", 5)],
    }),
  );
  expect(told.map((one) => one.key)).toEqual(["status.picked_up", "event.arrived_at_pickup", "status.assigned"]);
});

test("what was handed over before the network came back is not on its way afterwards", () => {
  const told = history(parcel("delivered", { tracking_history: [taken("assigned", 1), taken("picked_up", 5), taken("in_transit", 9), taken("delivered", 8)], events: [visit("left_pickup", 9)] }));
  expect(told.map((one) => [one.key, one.at / 60_000])).toEqual([
    ["status.delivered", 8],
    ["status.in_transit", 8],
    ["event.left_pickup", 8],
    ["status.picked_up", 5],
    ["status.assigned", 1],
  ]);
});

test("an end has its time, a journey none", () => {
  expect(endedAt(parcel("delivered", { ended_at: at(30) }))).toBe(30 * 60_000);
  expect(endedAt(parcel("in_transit"))).toBeNull();
});

test("a journey is put away once it is over and its server shows it no more", () => {
  expect(putAway(parcel("delivered", { hidden: ["history", "after_end"] }))).toBe(true);
  expect(putAway(parcel("delivered", { hidden: ["history"] }))).toBe(false); // its seller shows the rest
  expect(putAway(parcel("in_transit", { hidden: ["after_end"] }))).toBe(false);
});

test("the pickup is drawn only once the API says where it was", () => {
  expect(pickupPlace(parcel("assigned"))).toBeNull();
  const steps = [taken("picked_up", 9, { latitude: 27.7, longitude: 85.3, address: null })];
  expect(pickupPlace(parcel("picked_up", { tracking_history: steps }))).toMatchObject({ latitude: 27.7, longitude: 85.3 });
});
