import { expect, test } from "vitest";
import { changeOf, reasonFor, reasonsFor } from "./stock_reasons.ts";

test("a number is fewer by any minus, and what is none goes as it was typed", () => {
  expect([changeOf("5"), changeOf("-2"), changeOf("−2"), changeOf(" –1,000 "), changeOf("many"), changeOf("")]).toEqual([5, -2, -2, -1000, "many", ""]);
});

test("only reasons that fit more or fewer are offered, and all while neither is typed", () => {
  expect(reasonsFor("5")).toEqual(["received", "returned", "counted", "other"]);
  expect(reasonsFor("−2")).toEqual(["counted", "damaged", "expired", "lost", "other"]);
  expect(reasonsFor("-")).toEqual(reasonsFor("-3"));
  expect(reasonsFor("")).toHaveLength(7);
});

test("a chosen reason stays while it fits; why something is gone is never guessed", () => {
  expect([reasonFor("5", "counted"), reasonFor("-5", "counted"), reasonFor("-5", "received"), reasonFor("5", "lost"), reasonFor("", "lost")]).toEqual(["counted", "counted", "", "received", "lost"]);
});
