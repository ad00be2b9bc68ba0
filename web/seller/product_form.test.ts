import { expect, test } from "vitest";
import { type Edits, beforeEdits, changesBetween, edited, editsOf, formOf, numberOf, productOf, withEdits } from "./product_form.ts";

test("a product goes to the server as it was typed, amounts to the paisa", () => {
  const form = { ...formOf(null), name: "Rice", listed_price: "1,250.10", stock: "12" };
  expect(productOf(form, true)).toEqual({ category_id: null, name: "Rice", listed_price: "1250.10", discounted_price: null, stock: 12, weight_kg: null, tax_class: "standard", description: "" });
  expect(productOf({ ...form, category_id: "7", weight_kg: "0.25" }, true)).toMatchObject({ category_id: 7, weight_kg: 0.25 });
  expect(productOf({ ...form, is_active: "no", discounted_price: "9.50" }, false)).toMatchObject({ is_active: false, discounted_price: "9.50" });
});

test("what is no number goes as it is, so that the server says what is wrong", () => {
  expect([numberOf("1,000"), numberOf("many"), numberOf("")]).toEqual([1000, "many", ""]);
});

const RICE = { ...formOf(null), name: "Rise", listed_price: "1250.00", stock: "10", is_active: "yes" };
const SOLD = { ...RICE, stock: "7" };
const sent = (product: typeof RICE, edits: Edits): Record<string, unknown> => changesBetween(beforeEdits(product, edits), withEdits(product, edits));

test("a typo that is mended while some is sold goes alone, also from a page that was loaded anew", () => {
  const edits = edited(RICE, {}, { name: "Rice" });
  expect(sent(RICE, edits)).toEqual({ name: "Rice" });
  expect(sent(SOLD, editsOf(JSON.stringify(edits)))).toEqual({ name: "Rice" });
  expect(withEdits(SOLD, edits)).toMatchObject({ name: "Rice", stock: "7" });
});

test("a stock that was typed goes with what the seller saw when they typed it", () => {
  const edits = edited(RICE, edited(RICE, {}, { stock: "1" }), { stock: "12" });
  expect(sent(RICE, edits)).toEqual({ stock: 12, stock_was: 10 });
  expect(sent(SOLD, edits), "10 were seen, whatever there are by now").toEqual({ stock: 12, stock_was: 10 });
  expect(sent(SOLD, edited(SOLD, {}, { stock: "12" }))).toEqual({ stock: 12, stock_was: 7 });
});

test("what is typed back to what it was is no change, and what is emptied is one", () => {
  expect(edited(RICE, edited(RICE, {}, { stock: "9" }), { stock: "10" })).toEqual({});
  expect(sent({ ...RICE, discounted_price: "9.00", category_id: "7" }, edited({ ...RICE, discounted_price: "9.00", category_id: "7" }, {}, { discounted_price: "", category_id: "" }))).toEqual({ discounted_price: null, category_id: null });
  expect(sent(RICE, edited(RICE, {}, { is_active: "no" }))).toEqual({ is_active: false });
});

test("what an older page kept, and what is no draft, is none", () => {
  expect([editsOf("{"), editsOf('{"name":"Rice","stock":["10"],"nothing":["1","2"],"description":["","Sweet"]}')]).toEqual([{}, { description: ["", "Sweet"] }]);
});
