import { expect, test } from "vitest";
import { KeptOrder, LIST_ORDERS, orderAfter } from "./list_order.ts";

function storageOf(kept: string | null) {
  const storage = { kept, getItem: () => storage.kept, setItem: (_: string, value: string) => void (storage.kept = value) };
  return storage;
}

test("the order that was chosen last is there again, and what nobody could have chosen is the usual one", () => {
  const storage = storageOf(null);
  new KeptOrder(() => storage).keep("oldest");
  expect([new KeptOrder(() => storage).order, new KeptOrder(() => storageOf("by colour")).order]).toEqual(["oldest", "pressing"]);
});

test("without a storage it holds as long as the page is open", () => {
  const kept = new KeptOrder(() => {
    throw new Error("none is allowed");
  });
  kept.keep("due");
  expect(kept.order).toBe("due");
});

test("a key goes through all of them and comes back", () => {
  const walked = LIST_ORDERS.map((one) => orderAfter(one));
  expect(walked).toEqual([...LIST_ORDERS.slice(1), LIST_ORDERS[0]]);
});
