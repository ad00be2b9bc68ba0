import { expect, test } from "vitest";
import { byField } from "./acting.ts";

test("a field of a nested body is known by its own name", () => {
  expect(byField({ "delivery_info.phone_number": "is no phone number", cart_id: "has no items" }, "en")).toEqual({
    phone_number: "is no phone number",
    cart_id: "has no items",
  });
});
