import { expect, test } from "vitest";
import { feeAfter, feePath } from "./fee.ts";

test("a fee is asked for by the places that are known", () => {
  const asked = feePath(7, { pickup_place: "27.67, 85.43", delivery_place: "27.71720, 85.32400" });
  expect(asked).toBe("/api/marketplace/sales/7/delivery-fee/?pickup_latitude=27.67&pickup_longitude=85.43&delivery_latitude=27.7172&delivery_longitude=85.324");
  expect(feePath(7, { pickup_place: "", delivery_place: "27.7" })).toBe("/api/marketplace/sales/7/delivery-fee/");
});

test("the field begins with what the server says and follows it, until somebody types another", () => {
  expect([feeAfter("", null, "135.00"), feeAfter("135.00", "135.00", "150.00"), feeAfter("200", "135.00", "150.00"), feeAfter("200", null, "150.00")]).toEqual(["135.00", "150.00", "200", "200"]);
});

test("a field that somebody emptied stays empty, however late the server says what it would cost", () => {
  expect([feeAfter("", "135.00", "150.00"), feeAfter(" ", "135.00", "135.00"), feeAfter(" ", null, "135.00")]).toEqual(["", " ", "135.00"]);
});
