import { expect, test } from "vitest";
import { type Parcel, actsOf, heldByOthers, requestOf, untilOf } from "./acts.ts";

const AS_MADE: Parcel = { on_hold: null, ending: null, partial_reason: null };
const held = (by: number | null): Parcel => ({ ...AS_MADE, on_hold: { since: "2026-11-30T09:00:00Z", until: null, reason: null, by, by_name: null } });

test("what a seller may do follows how the parcel stands", () => {
  expect(actsOf({ status: "processing", delivery_status: null }, null)).toEqual(["refuse"]);
  expect(actsOf({ status: "processing", delivery_status: "cancelled" }, AS_MADE)).toEqual(["refuse"]);
  expect(actsOf({ status: "processing", delivery_status: "available" }, AS_MADE)).toEqual(["hold", "cancel"]);
  expect(actsOf({ status: "processing", delivery_status: "available" }, held(7))).toEqual(["resume", "cancel"]);
  expect(actsOf({ status: "processing", delivery_status: "available" }, null)).toEqual(["cancel"]);
  expect(actsOf({ status: "processing", delivery_status: "assigned" }, AS_MADE)).toEqual(["cancel"]);
  expect(actsOf({ status: "shipped", delivery_status: "in_transit" }, AS_MADE)).toEqual(["return"]);
  expect(actsOf({ status: "delivered", delivery_status: "delivered" }, AS_MADE)).toEqual(["return"]);
  expect(actsOf({ status: "delivered", delivery_status: null }, null)).toEqual([]);
  expect(actsOf({ status: "cancelled", delivery_status: "cancelled" }, AS_MADE)).toEqual([]);
});

test("what a dispatcher holds is not a seller's to let go on, and not to hold anew", () => {
  expect(actsOf({ status: "processing", delivery_status: "available" }, held(null))).toEqual(["cancel"]);
  expect([held(null), held(7), AS_MADE, null].map(heldByOthers)).toEqual([true, false, false, false]);
});

test("what arrived comes back once, and not where it ended otherwise or its rest comes back already", () => {
  const arrived = { status: "delivered", delivery_status: "delivered" } as const;
  for (const ending of ["returned", "damaged", "lost"] as const) expect(actsOf(arrived, { ...AS_MADE, ending })).toEqual([]);
  expect(actsOf(arrived, { ...AS_MADE, partial_reason: "refused_by_customer" })).toEqual([]);
  expect(actsOf(arrived, { ...AS_MADE, partial_reason: "missing" })).toEqual(["return"]);
});

test("each act goes to its own address with the reason as that takes it", () => {
  const sale = { id: 7, delivery_id: 3 };
  expect(requestOf("refuse", sale, "sold out")).toEqual({ path: "/api/marketplace/sales/7/cancel/", body: { reason: "sold out" } });
  expect(requestOf("cancel", sale, "sold out")).toEqual({ path: "/api/deliveries/3/cancel/", body: { reason: "seller_asked", note: "sold out" } });
  expect(requestOf("hold", sale, "festival")).toEqual({ path: "/api/deliveries/3/hold/", body: { reason: "festival", until: null } });
  expect(requestOf("hold", sale, "festival", "2026-12-01T04:15:00.000Z").body).toEqual({ reason: "festival", until: "2026-12-01T04:15:00.000Z" });
  expect(requestOf("return", sale, "wrong goods")).toEqual({ path: "/api/deliveries/3/return/", body: { reason: "wrong goods" } });
  expect(requestOf("resume", sale, "")).toEqual({ path: "/api/deliveries/3/resume/", body: undefined });
});

test("a seller says until when it waits: not at all, so long, or until a time on Nepal's clock", () => {
  const now = Date.parse("2026-11-30T09:00:00Z");
  const until = (["open", "1", "3", "24"] as const).map((lasts) => untilOf(lasts, "2026-12-01T10:00", now));
  expect(until).toEqual([null, "2026-11-30T10:00:00.000Z", "2026-11-30T12:00:00.000Z", "2026-12-01T09:00:00.000Z"]);
  expect(untilOf("typed", "2026-12-01T10:00", now)).toBe("2026-12-01T04:15:00.000Z");
  expect(untilOf("typed", "", now), "who wants to say a time and says none holds it for no other").toBe("");
});
