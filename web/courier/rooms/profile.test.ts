import { expect, test } from "vitest";
import { type Profile, changesOf, lookedAtAnew, typedOf } from "./profile.ts";

const profile = { vehicle_type: "van", vehicle_number: "BA 1", capacity_kg: 50, phone: "+977-9841000111", business_name: "", max_active: 5 } as Profile;

test("only what was changed is sent, numbers as numbers, and what is none as it was typed", () => {
  const typed = typedOf(profile);
  expect(changesOf(profile, typed)).toEqual({});
  expect(changesOf(profile, { ...typed, capacity_kg: "75.5", business_name: " Ram Transport " })).toEqual({ capacity_kg: 75.5, business_name: "Ram Transport" });
  expect(changesOf(profile, { ...typed, max_active: "many" })).toEqual({ max_active: "many" });
});

test("another vehicle needs other papers, what else was verified is looked at anew, and how many at once is one's own choice", () => {
  const means = (typed: Partial<ReturnType<typeof typedOf>>) => lookedAtAnew(changesOf(profile, { ...typedOf(profile), ...typed }));
  expect([means({ vehicle_number: "BA 2" }), means({ vehicle_type: "truck", phone: "9800000000" })]).toEqual(["vehicle", "vehicle"]);
  expect([means({ capacity_kg: "60" }), means({ phone: "9800000000" }), means({ business_name: "R" })]).toEqual(["profile", "profile", "profile"]);
  expect([means({ max_active: "3" }), means({})]).toEqual([null, null]);
});
