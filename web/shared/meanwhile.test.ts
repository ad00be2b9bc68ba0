import { expect, test } from "vitest";
import { emptied } from "./meanwhile.ts";

test("a field is empty once what stood in it was taken, unless somebody typed on meanwhile", () => {
  expect([emptied("rain")("rain"), emptied("rain")("rain again"), emptied("rain")("")]).toEqual(["", "rain again", ""]);
});
