import { expect, test } from "vitest";
import { byField, stillWrong } from "./acting.ts";

test("a field of a nested body is known by its own name", () => {
  expect(byField({ "delivery_info.phone_number": "is no phone number", cart_id: "has no items" }, "en")).toEqual({
    phone_number: "is no phone number",
    cart_id: "has no items",
  });
});

test("what was left empty is said to be needed, whatever kind of value was missed there", () => {
  const fields = { package_weight: "must be a number, not text", "form.delivery_fee": "must be an amount like 1250.00", pickup_address: "must be shorter" };
  const typed = { package_weight: " ", form: { delivery_fee: "" }, pickup_address: "Farm" };
  expect(byField(fields, "en", typed)).toEqual({ package_weight: "Fill this in.", delivery_fee: "Fill this in.", pickup_address: "must be shorter" });
  expect(byField({ stock: "must be a number, not text" }, "en", { stock: "many" })).toEqual({ stock: "must be a number, not text" });
});

test("a field that was mended is not called wrong any more, also where it stands for several of the server's", () => {
  const fields = { address: "needed", latitude: "out of Nepal", state: "not there" };
  expect(stillWrong(fields, new Set())).toEqual(fields);
  expect(stillWrong(fields, new Set(["address", "place"]))).toEqual({ state: "not there" });
  expect(stillWrong(fields, new Set(["address", "place", "district"]))).toEqual({});
});
