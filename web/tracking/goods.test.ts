import { expect, test } from "vitest";
import { findGoods, goodsIn } from "./goods.ts";

const product = (id: number, name: string) => ({ id, name, images: [], price: "1.00" });
const item = (id: number, name: string) => ({ id, product: product(id, name), quantity: 1, total_price: "1.00", unit_price: "1.00" });
const sale = (product_id: number, quantity: number, tracking_number: string | null) => ({
  id: product_id, delivery_address: null, delivery_id: null, delivery_status: null, order_number: "ORD1", product_id, quantity, status: "processing" as const, tracking_number, quantity_delivered: null as number | null,
});
const ORDER = {
  items: [item(1, "Organic Rice"), item(2, "Green Tea"), item(3, "Honey")],
  sales: [sale(1, 2, "TRK1"), sale(2, 1, "TRK1"), sale(3, 1, "TRK2")],
};

test("of an order's goods those are named that are in this parcel, with their number where there are several", () => {
  expect([goodsIn(ORDER, "TRK1"), goodsIn(ORDER, "TRK2"), goodsIn(ORDER, "TRK3")]).toEqual(["Organic Rice × 2, Green Tea", "Honey", ""]);
});

test("of what arrived in part it is said how many of how many", () => {
  expect(goodsIn({ ...ORDER, sales: [{ ...sale(1, 3, "TRK1"), quantity_delivered: 2 }] }, "TRK1")).toBe("Organic Rice × 2/3");
});

test("only whoever is signed in asks, only the buyer is told, and what cannot be asked is not told", async () => {
  const asked: string[] = [];
  const shop = (signedIn: boolean, tracking_number: string) => ({
    signedIn,
    call: (path: string) => (asked.push(path), Promise.resolve(path.includes("my-orders") ? { results: path.includes(`search=${tracking_number}&`) ? [{ id: 9 }] : [] } : ORDER)) as never,
  });
  expect(await findGoods(shop(false, "TRK1"), "TRK1")).toBe("");
  expect(asked).toEqual([]);
  expect(await findGoods(shop(true, "TRK9"), "TRK1")).toBe("");
  expect(asked.length).toBe(1);
  expect(await findGoods(shop(true, "TRK1"), "TRK1")).toBe("Organic Rice × 2, Green Tea");
  expect(await findGoods({ signedIn: true, call: () => Promise.reject(new Error("no network")) }, "TRK1")).toBe("");
});
