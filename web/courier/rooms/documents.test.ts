import { expect, test } from "vitest";
import { type HandedIn, type Room, type Standing, askedFirst, lookOf, lookOfHandedIn, vehicleChoices } from "./documents.ts";

const standing = (kind: string, state: Standing["state"]): Standing => ({ kind, state, required: false, number: "1", expires_on: null });
const room = (missing: string[], documents: Standing[], waiting: HandedIn["kind"][] = []): Room => ({
  in_order: false,
  required: [],
  missing,
  vehicle_type: "van",
  vehicle_number: "",
  documents,
  handed_in: waiting.map((kind) => ({ id: 1, kind, number: "1", expires_on: null, state: "waiting", handed_in_at: "", decided_at: null, reason: "", picture: null })),
});

test("what is missing is asked for first, then what ends soon, and nothing that waits already", () => {
  expect(askedFirst(room(["insurance"], []))).toBe("insurance");
  expect(askedFirst(room(["insurance"], [standing("registration", "ends_soon")], ["insurance"]))).toBe("registration");
  expect(askedFirst(room([], [standing("licence", "good")]))).toBe("licence");
  expect(askedFirst(room(["permit"], []))).toBe("licence");
});

test("what keeps deliveries away is marked as such", () => {
  expect((["good", "ends_soon", "unverified", "expired", "outdated", "missing"] as const).map(lookOf)).toEqual(["done", "wait", "wait", "late", "late", "late"]);
  expect((["approved", "waiting", "rejected", "replaced", "withdrawn"] as const).map(lookOfHandedIn)).toEqual(["done", "wait", "late", "stale", "stale"]);
});

test("a vehicle of another kind stays among the choices", () => {
  expect(vehicleChoices("rickshaw")[0]).toBe("rickshaw");
  expect(vehicleChoices("van")).toHaveLength(6);
});
