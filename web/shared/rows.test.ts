import { expect, test } from "vitest";
import { found, nextOrder, sorted, isOfWords } from "./rows.ts";

const ROWS = [
  { name: "Rice", count: 10 },
  { name: "apples", count: 9 },
  { name: "Tea", count: null },
];

test("numbers are sorted by size, words by the alphabet, and what is missing comes last both ways", () => {
  expect(sorted(ROWS, (row) => row.count, false).map((row) => row.count)).toEqual([9, 10, null]);
  expect(sorted(ROWS, (row) => row.count, true).map((row) => row.count)).toEqual([10, 9, null]);
  expect(sorted(ROWS, (row) => row.name, false).map((row) => row.name)).toEqual(["apples", "Rice", "Tea"]);
  expect(sorted(ROWS, null, true)).toBe(ROWS);
});

test("every typed word must be somewhere in a row", () => {
  const values = [(row: (typeof ROWS)[number]) => row.name, (row: (typeof ROWS)[number]) => row.count];
  expect(found(ROWS, values, "RI 10").map((row) => row.name)).toEqual(["Rice"]);
  expect(found(ROWS, values, "rice 9")).toEqual([]);
  expect(found(ROWS, values, "  ")).toBe(ROWS);
});

test("a column is sorted up, then down, then as the rows came", () => {
  expect([nextOrder(null, "name"), nextOrder("name", "name"), nextOrder("-name", "name"), nextOrder("-name", "count")]).toEqual(["name", "-name", null, "count"]);
});

test("names of places are words, in whose middle no line ends; what machines write is not", () => {
  expect(["Kathmandu", "Kathmandu, Bagmati", "काठमाडौँ", "Thamel Marg 12, Sindhupalchok", "Rita-Farm-of-Sindhupalchok"].every(isOfWords)).toBe(true);
  expect(["MP-20261128-AB12CD34EF56GH78JK", "somebody.long@example.com", "https://example.com/t/1", 7, null].some(isOfWords)).toBe(false);
});
