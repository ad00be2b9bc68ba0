import { expect, test } from "vitest";
import { formOf, numberOf, productOf } from "./product_form.ts";

test("a product goes to the server as it was typed, amounts to the paisa", () => {
  const form = { ...formOf(null), name: "Rice", listed_price: "1,250.10", stock: "12" };
  expect(productOf(form, true)).toEqual({ category_id: null, name: "Rice", listed_price: "1250.10", discounted_price: null, stock: 12, weight_kg: null, tax_class: "standard", description: "" });
  expect(productOf({ ...form, category_id: "7", weight_kg: "0.25" }, true)).toMatchObject({ category_id: 7, weight_kg: 0.25 });
  expect(productOf({ ...form, is_active: "no", discounted_price: "9.50" }, false)).toMatchObject({ is_active: false, discounted_price: "9.50" });
});

test("what is no number goes as it is, so that the server says what is wrong", () => {
  expect([numberOf("1,000"), numberOf("many"), numberOf("")]).toEqual([1000, "many", ""]);
});
