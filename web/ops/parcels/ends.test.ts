import { expect, test } from "vitest";
import { RequestKeys } from "../../shared/request_keys.ts";
import { type Parcel, requestOf, waysOf } from "./ends.ts";

const MADE: Parcel = { status: "available", ending: null, partial_reason: null, return_of: null };

test("what is at its seller's does not go back, what is aboard or has arrived does", () => {
  for (const status of ["available", "assigned", "cancelled"] as const) expect(waysOf({ ...MADE, status })).toEqual(["lost", "damaged"]);
  for (const status of ["picked_up", "in_transit", "delivered"] as const) expect(waysOf({ ...MADE, status })).toEqual(["return", "lost", "damaged"]);
});

test("what brings goods back does not go back itself, nor does what had its rest refused", () => {
  expect(waysOf({ ...MADE, status: "in_transit", return_of: 7 })).toEqual(["lost", "damaged"]);
  expect(waysOf({ ...MADE, status: "delivered", partial_reason: "refused_by_customer" })).toEqual(["lost", "damaged"]);
});

test("nothing is left to choose of what has ended", () => {
  for (const ending of ["lost", "damaged", "returned"] as const) expect(waysOf({ ...MADE, status: "delivered", ending })).toEqual([]);
});

test("another reason or amount is another request, and one that was hidden is none", () => {
  const form = { reason: " wet ", amount: "100" };
  expect(requestOf("return", form)).toEqual({ step: "return", body: { reason: "wet" } });
  expect(requestOf("lost", form)).toEqual({ step: "loss", body: { reason: "wet", ending: "lost" } });
  expect(requestOf("damaged", form)).toEqual({ step: "loss", body: { reason: "wet", ending: "damaged", amount: "100" } });
  let count = 0;
  const keys = new RequestKeys(() => String(++count));
  const sent = [form, { ...form, reason: "wet" }, { ...form, amount: "200" }, { ...form, reason: "torn" }];
  expect(sent.map((one) => keys.of(requestOf("damaged", one)))).toEqual(["1", "1", "2", "3"]);
});
