import { expect, test } from "vitest";
import { type Cart, EMPTY, afterOrder, goods, pieces, quantityOf, readBasket, stepsTo, withQuantity } from "./basket.ts";

const RICE = { product_id: 1, name: "Rice", price: "1250.10" };
const TEA = { product_id: 2, name: "Tea", price: "0.20" };

function cart(items: [item: number, product: number, quantity: number][]): Cart {
  const made = items.map(([id, product_id, quantity]) => ({ id, product_id, product_name: "", quantity, unit_price: "1", total_price: "1" }));
  return { id: 9, items: made, total_amount: "0", subtotal: "0", tax_amount: "0", shipping_cost: "0", total_to_pay: "0" };
}

test("a product is put in, changed and taken out", () => {
  const two = withQuantity(withQuantity(EMPTY, RICE, 1), TEA, 3);
  expect([pieces(two), quantityOf(two, 2), quantityOf(two, 7)]).toEqual([4, 3, 0]);
  expect(withQuantity(two, RICE, 0).lines.map((line) => line.name)).toEqual(["Tea"]);
  expect(quantityOf(withQuantity(two, RICE, -5), 1)).toBe(0);
});

test("the goods add up to the paisa", () => {
  expect(goods(withQuantity(withQuantity(EMPTY, RICE, 3), TEA, 3))).toBe(3750.9);
});

test("the server's cart is brought up to the basket with no step too many", () => {
  const basket = withQuantity(withQuantity(EMPTY, RICE, 2), TEA, 1);
  const items = "/api/v1/marketplace/carts/9/items/";
  expect(stepsTo(basket, cart([[5, 1, 1], [6, 3, 4]]))).toEqual([
    { method: "PATCH", path: `${items}5/`, body: { quantity: 2 } },
    { method: "DELETE", path: `${items}6/` },
    { method: "POST", path: items, body: { product_id: 2, quantity: 1 } },
  ]);
  expect(stepsTo(basket, cart([[5, 1, 2], [6, 2, 1]]))).toEqual([]);
});

test("a basket that cannot be read is an empty one", () => {
  expect([readBasket(null), readBasket("{"), readBasket('{"lines":[{"product_id":"x","quantity":1}]}')]).toEqual([EMPTY, EMPTY, EMPTY]);
  expect(readBasket('{"lines":[{"product_id":1,"name":"Rice","price":"1.00","quantity":2}],"cart_id":4}').cart_id).toBe(4);
});

test("what is put in while an order is on its way stays, in a cart of its own", () => {
  const basket = { ...withQuantity(withQuantity(EMPTY, RICE, 3), TEA, 1), cart_id: 9 };
  const left = afterOrder(basket, [{ product: { id: 1 }, quantity: 2 }]);
  expect([left.lines.map(({ name, quantity }) => [name, quantity]), left.cart_id]).toEqual([[["Rice", 1], ["Tea", 1]], null]);
  expect(afterOrder({ ...withQuantity(EMPTY, RICE, 2), cart_id: 9 }, [{ product: { id: 1 }, quantity: 2 }])).toEqual(EMPTY);
});
