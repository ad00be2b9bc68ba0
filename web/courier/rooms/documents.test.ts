import { expect, test } from "vitest";
import { roomSpeaker, roomWord } from "./words.ts";
import { VEHICLES, type HandedIn, type Room, type Standing, askedFirst, lacking, lookOf, lookOfHandedIn, vehicleChoices } from "./documents.ts";

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

test("each kind of vehicle has a word of its own language, and one of a newer server its own name", () => {
  const [english, nepali] = [roomSpeaker("en"), roomSpeaker("ne")];
  expect(VEHICLES.filter((kind) => roomWord("vehicle", kind, nepali) === roomWord("vehicle", kind, english))).toEqual([]);
  expect(roomWord("vehicle", "cargo_bike", nepali)).toBe("cargo bike");
});

test("a vehicle of another kind stays among the choices", () => {
  expect(vehicleChoices("rickshaw")[0]).toBe("rickshaw");
  expect(vehicleChoices("van")).toHaveLength(6);
});

test("all that is missing of a document is named at once, and an identity document needs no last day", () => {
  const empty = { kind: "licence", number: " ", expires_on: "", image: null };
  expect(lacking(empty)).toEqual(["number", "expires_on", "image"]);
  expect(lacking({ ...empty, kind: "identity", number: "1" })).toEqual(["image"]);
  expect(lacking({ kind: "licence", number: "1", expires_on: "2999-01-01", image: "x" })).toEqual([]);
});
