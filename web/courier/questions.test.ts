import { expect, test } from "vitest";
import { codeOf, isOfParcel, photoWords, questionsOf, requiredAt } from "./questions.ts";

test("the answer to the last question is the handover: nothing more is asked", () => {
  expect(questionsOf("pickup", [])).toEqual(["photo"]);
  expect(questionsOf("deliver", [])).toEqual(["photo", "signature"]);
  expect(questionsOf("deliver", ["signature"])).toEqual(["signature", "photo"]);
});

test("what is required is asked first, and the customer's age and code last", () => {
  expect(questionsOf("pickup", ["signature", "barcode"])).toEqual(["barcode", "signature", "photo"]);
  expect(questionsOf("deliver", ["photo", "code", "barcode", "age"])).toEqual(["barcode", "photo", "signature", "age", "code"]);
});

test("a promised signature is required of a delivery that an older page has kept, and a waived code is not asked for", () => {
  expect(requiredAt("deliver", { package_details: { requires_signature: true } })).toEqual(["signature"]);
  expect(requiredAt("pickup", { package_details: { requires_signature: true } })).toEqual([]);
  const proof = { pickup: [], drop_off: ["photo" as const, "code" as const], return: [], age_minimum: null, label: null, code: { tries_left: 0, locked: true, waived: true } };
  expect(requiredAt("deliver", { proof, package_details: { requires_signature: false } })).toEqual(["photo"]);
});

test("what stands on a parcel is known however it is typed, and nothing else is", () => {
  const numbers = ["TRK123ABC", "Box 77-B", null];
  for (const typed of ["trk 123–abc", "TRK123ABC", "box77b"]) expect(isOfParcel(typed, numbers)).toBe(true);
  for (const typed of ["", " - ", "TRK123AB", "77"]) expect(isOfParcel(typed, numbers)).toBe(false);
});

test("a code is four digits in whichever script they are typed", () => {
  expect([codeOf("0 4-2 7"), codeOf("०४२७"), codeOf("12345"), codeOf("ab")]).toEqual(["0427", "0427", "1234", ""]);
});

test("a photo is commanded only where there is no going on without one, and of a handover where somebody stands there", () => {
  expect([photoWords("pickup", []), photoWords("pickup", ["photo"])]).toEqual(["photo.pickup.may", "photo.pickup"]);
  expect([photoWords("deliver", []), photoWords("deliver", ["photo"])]).toEqual(["photo.dropoff.may", "photo.dropoff"]);
  expect([photoWords("deliver", ["signature"]), photoWords("deliver", ["code", "photo"])]).toEqual(["photo.handing.may", "photo.handing"]);
});
