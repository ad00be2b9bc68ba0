import { expect, test } from "vitest";
import { numberTyped } from "./facts.tsx";

test("what is no number is never taken for nought: all there ever was would be sent again", () => {
  expect(["", "17", "0", "1e3", "the last"].map(numberTyped)).toEqual(["", 17, 0, "1e3", "the last"]);
});
