import { expect, test } from "vitest";
import { speaker } from "../shared/words.ts";
import { expectedAt, movingFirst, onTheWay, parcels, waitsForMoney, eventWords } from "./order_words.ts";
import { words } from "./speech.ts";

const SALE = { id: 1, order_number: "S-1", product_id: 1, quantity: 1, quantity_delivered: null, status: "processing", delivery_id: 1, delivery_address: null } as const;

test("an order can be paid until it is, is called off, or its money went back", () => {
  const open = { is_paid: false, order_status: "pending", payment_status: "failed" } as const;
  expect(waitsForMoney(open)).toBe(true);
  expect(waitsForMoney({ ...open, is_paid: true })).toBe(false);
  expect(waitsForMoney({ ...open, order_status: "cancelled" })).toBe(false);
  expect(waitsForMoney({ ...open, payment_status: "refunded" })).toBe(false);
});

test("every parcel of an order can be followed, once each, none that was cancelled, and one that arrived is known by it", () => {
  const sales = [
    { ...SALE, tracking_number: "TRK1", delivery_status: "assigned" as const },
    { ...SALE, tracking_number: "TRK1", delivery_status: "assigned" as const },
    { ...SALE, tracking_number: "TRK2", delivery_status: "cancelled" as const },
    { ...SALE, tracking_number: "TRK3", delivery_status: "delivered" as const },
    { ...SALE, tracking_number: null, delivery_status: null },
  ];
  expect(parcels({ sales })).toEqual([{ number: "TRK1", arrived: false }, { number: "TRK3", arrived: true }]);
});

test("what moves stands first, once, even where it is older than all of the page, and of it what is expected soonest", () => {
  const rows = (...ids: number[]) => ids.map((id) => ({ id, estimated_delivery_date: null as string | null }));
  const expected = rows(3, 4, 5, 6).map((row, at) => ({ ...row, estimated_delivery_date: [null, "2026-11-29T10:00:00Z", "2026-11-28T10:00:00Z", null][at] ?? null }));
  expect(movingFirst(expected, []).map(({ id }) => id)).toEqual([5, 4, 3, 6]);
  expect(movingFirst(rows(8, 2), rows(9, 8, 7))).toEqual(rows(8, 2, 9, 7));
  expect(movingFirst([], rows(9, 8))).toEqual(rows(9, 8));
});

test("only what is on its way is expected, and only parcels that are can have been tried", () => {
  const at = "2026-11-28T10:00:00Z";
  expect(expectedAt({ order_status: "shipped", estimated_delivery_date: at })).toBe(Date.parse(at));
  expect([expectedAt({ order_status: "delivered", estimated_delivery_date: at }), expectedAt({ order_status: "shipped", estimated_delivery_date: null })]).toEqual([null, null]);
  const sales = [{ ...SALE, tracking_number: "A", delivery_status: "in_transit" as const }, { ...SALE, tracking_number: "A", delivery_status: "in_transit" as const }, { ...SALE, tracking_number: "B", delivery_status: "delivered" as const }];
  expect(onTheWay({ sales })).toEqual(["A"]);
});

test("the first thing that happened to an order is that it was made, in both languages", () => {
  const event = { status: "pending", message: "Order created successfully" } as Parameters<typeof eventWords>[0];
  expect(eventWords(event, "en", speaker("en", words))).toBe("Order created successfully");
  expect(eventWords(event, "ne", speaker("ne", words))).toBe("अर्डर भयो");
});
