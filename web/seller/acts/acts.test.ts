import { expect, test } from "vitest";
import { actsOf, requestOf } from "./acts.ts";

test("what a seller may do follows how the parcel stands", () => {
  expect(actsOf({ status: "processing", delivery_status: null }, null)).toEqual(["refuse"]);
  expect(actsOf({ status: "processing", delivery_status: "cancelled" }, null)).toEqual(["refuse"]);
  expect(actsOf({ status: "processing", delivery_status: "available" }, false)).toEqual(["hold", "cancel"]);
  expect(actsOf({ status: "processing", delivery_status: "available" }, true)).toEqual(["resume", "cancel"]);
  expect(actsOf({ status: "processing", delivery_status: "available" }, null)).toEqual(["cancel"]);
  expect(actsOf({ status: "processing", delivery_status: "assigned" }, null)).toEqual(["cancel"]);
  expect(actsOf({ status: "shipped", delivery_status: "in_transit" }, null)).toEqual(["return"]);
  expect(actsOf({ status: "delivered", delivery_status: "delivered" }, null)).toEqual(["return"]);
  expect(actsOf({ status: "delivered", delivery_status: null }, null)).toEqual([]);
  expect(actsOf({ status: "cancelled", delivery_status: "cancelled" }, null)).toEqual([]);
});

test("each act goes to its own address with the reason as that takes it", () => {
  const sale = { id: 7, delivery_id: 3 };
  expect(requestOf("refuse", sale, "sold out")).toEqual({ path: "/api/marketplace/sales/7/cancel/", body: { reason: "sold out" } });
  expect(requestOf("cancel", sale, "sold out")).toEqual({ path: "/api/deliveries/3/cancel/", body: { reason: "seller_asked", note: "sold out" } });
  expect(requestOf("hold", sale, "festival")).toEqual({ path: "/api/deliveries/3/hold/", body: { reason: "festival" } });
  expect(requestOf("return", sale, "wrong goods")).toEqual({ path: "/api/deliveries/3/return/", body: { reason: "wrong goods" } });
  expect(requestOf("resume", sale, "")).toEqual({ path: "/api/deliveries/3/resume/", body: undefined });
});
