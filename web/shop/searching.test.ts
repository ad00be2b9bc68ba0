import { expect, test } from "vitest";
import { readAddress } from "../shared/address.ts";
import { searched } from "./searching.ts";

test("a search keeps what was opened meanwhile, and begins with the first page", () => {
  expect(searched(readAddress("/shop?product=7&page=3&lang=ne"), "rice & dal")).toBe("/shop?product=7&lang=ne&q=rice+%26+dal");
  expect(searched(readAddress("/shop?q=rice&cart=open"), "")).toBe("/shop?cart=open");
});
