import { expect, test } from "vitest";
import type { Action } from "./actions.ts";
import { gatheredOf } from "./held_steps.ts";
import type { Job } from "./jobs.ts";
import { alsoHere, requiredOfAll } from "./together.ts";

/** As much of a delivery as is looked at. */
function job(id: number, more: Partial<Job> = {}): Job {
  return {
    id, status: "picked_up", return_of: null, delivery_contact_name: "Maya Tamang", delivery_address: "Thamel 5", delivery_latitude: 27.715, delivery_longitude: 85.312,
    pickup_contact_name: "Anju", pickup_address: "Asan", pickup_latitude: 27.707, pickup_longitude: 85.31, pickup_contact_phone: null, delivery_contact_phone: null,
    pickup_instructions: "", delivery_instructions: "", estimated_pickup_time: null, requested_pickup_date: null, requested_delivery_date: null, estimated_delivery_time: null, next_try: null,
    package_details: { requires_signature: false }, proof: { age_minimum: null, code: null, drop_off: [], label: null, pickup: [], return: [] }, ...more,
  } as Job;
}

const asking = (...drop_off: ("photo" | "signature" | "code" | "barcode" | "age")[]): Partial<Job> => ({ proof: { age_minimum: null, code: null, drop_off, label: null, pickup: [], return: [] } });
const ids = (jobs: readonly Job[]): number[] => jobs.map((one) => one.id);

test("parcels of one person at one door go together, however the name is written", () => {
  const jobs = [job(1), job(2, { delivery_contact_name: " maya  TAMANG", delivery_latitude: 27.7151 }), job(3, { delivery_contact_name: "Hari" }), job(4, { delivery_latitude: 27.72 })];
  expect(ids(alsoHere("deliver", jobs[0] as Job, jobs))).toEqual([2]);
});

test("two people of one name in one house are two, where both phones are known", () => {
  const phone = (delivery_contact_phone: string | null): Partial<Job> => ({ delivery_contact_phone });
  const jobs = [job(1, phone("+977-9841234567")), job(2, phone("+977-9800000000")), job(3, phone("9841234567")), job(4, phone(null))];
  expect(ids(alsoHere("deliver", jobs[0] as Job, jobs))).toEqual([3, 4]);
});

test("where a place has no point its address says whether it is the same", () => {
  const nowhere = { delivery_latitude: null, delivery_longitude: null };
  const jobs = [job(1, nowhere), job(2, { ...nowhere, delivery_address: "THAMEL  5" }), job(3, { ...nowhere, delivery_address: "Thamel 6" })];
  expect(ids(alsoHere("deliver", jobs[0] as Job, jobs))).toEqual([2]);
});

test("a step is shared only with parcels that are at the same step, and what is brought back never with what is brought", () => {
  const jobs = [job(1), job(2, { status: "assigned" }), job(3, { return_of: 9 })];
  expect(alsoHere("deliver", jobs[0] as Job, jobs)).toEqual([]);
  expect(ids(alsoHere("pickup", job(4, { status: "assigned" }), jobs))).toEqual([2]);
});

test("what is each parcel's own, a code, a scan, an age check, is never answered for another", () => {
  for (const own of ["code", "barcode", "age"] as const) {
    expect(alsoHere("deliver", job(1), [job(2, asking(own))])).toEqual([]);
    expect(alsoHere("deliver", job(1, asking(own)), [job(2)])).toEqual([]);
  }
  expect(ids(alsoHere("deliver", job(1), [job(2, asking("photo", "signature"))]))).toEqual([2]);
});

test("what one of them cannot do without is required of all", () => {
  expect(requiredOfAll("deliver", [job(1, asking("photo")), job(2, asking("signature", "photo")), job(3)])).toEqual(["photo", "signature"]);
});

test("steps of one door in one go are shown as one, later ones and attempts are not", () => {
  const step = (number: number, at: string, more: Partial<Action> = {}): Action => ({ number, kind: "deliver", title: "Thamel 5", happened_at: `2026-11-29T10:00:${at}Z`, ...more }) as Action;
  const shown = gatheredOf([step(5, "09"), step(4, "01.5"), step(3, "01"), step(2, "01", { kind: "pickup" }), step(1, "01", { kind: "attempts" }), step(0, "01", { kind: "attempts" })]);
  expect(shown.map((group) => group.map((one) => one.number))).toEqual([[5], [4, 3], [2], [1], [0]]);
});
