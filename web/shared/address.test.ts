import { expect, test } from "vitest";
import { changed, following, isStillOpen, readAddress } from "./address.ts";

test("an address is read with or without a slash at its end", () => {
  expect([readAddress("/shop/").path, readAddress("/shop/orders/7").path, readAddress("/").path]).toEqual(["/shop", "/shop/orders/7", "/"]);
});

test("a change of the query leaves the rest of it", () => {
  const here = readAddress("/ops/users?q=ram&sort=-email");
  expect(changed(here, { sort: "name", q: null })).toBe("/ops/users?sort=name");
  expect(changed(here, { q: "", sort: null })).toBe("/ops/users");
});

test("the language of a shared link goes along to the next address, and no other part does", () => {
  const here = readAddress("/shop?lang=ne&q=rice");
  expect(following(here, "/shop/orders?page=2")).toBe("/shop/orders?page=2&lang=ne");
  expect(following(here, "/shop?lang=en")).toBe("/shop?lang=en");
  expect(following(readAddress("/shop?q=rice"), "/shop/orders")).toBe("/shop/orders");
});

test("a sheet is closed by a late answer only where it is still the one that is open", () => {
  const then = readAddress("/ops/webhooks?open=7&find=farm");
  expect(["/ops/webhooks?open=7", "/ops/webhooks?open=8", "/ops/webhooks", "/ops/keys?open=7"].map((now) => isStillOpen(readAddress(now), then))).toEqual([true, false, false, false]);
});
