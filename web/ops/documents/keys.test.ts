import { expect, test } from "vitest";
import { actOf, afterwards, neighbour } from "./keys.ts";

const key = (name: string, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

test("a key does nothing while something is typed, is held or is pressed with another", () => {
  expect([actOf(key("a"), false), actOf(key("R"), false), actOf(key("j"), false), actOf(key("k"), false)]).toEqual(["approve", "reject", "next", "before"]);
  expect([actOf(key("a"), true), actOf(key("a", { ctrlKey: true }), false), actOf(key("a", { repeat: true }), false), actOf(key("x"), false)]).toEqual([null, null, null, null]);
});

test("the next one is that below, and at the ends it stays", () => {
  expect([neighbour([3, 5, 9], 5, 1), neighbour([3, 5, 9], 5, -1), neighbour([3, 5, 9], 9, 1), neighbour([3, 5], null, 1), neighbour([], 4, 1)]).toEqual([9, 3, 9, 3, null]);
});

test("after a decision the next is looked at, after the last the one before", () => {
  expect([afterwards([3, 5, 9], 5), afterwards([3, 5, 9], 9), afterwards([3], 3)]).toEqual([9, 5, null]);
});
