import { expect, test } from "vitest";
import { movingFirst, parcels, waitsForMoney } from "./order_words.ts";

const SALE = { id: 1, order_number: "S-1", product_id: 1, quantity: 1, status: "processing", delivery_id: 1 } as const;

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

test("what moves stands first, once, even where it is older than all of the page", () => {
  const rows = (...ids: number[]) => ids.map((id) => ({ id }));
  expect(movingFirst(rows(8, 2), rows(9, 8, 7))).toEqual(rows(8, 2, 9, 7));
  expect(movingFirst([], rows(9, 8))).toEqual(rows(9, 8));
});
