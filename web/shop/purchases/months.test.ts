import { expect, test } from "vitest";
import { chosenOf, purchasesQuery, shares } from "./months.ts";

const month = { first_day: "2026-11-17", last_day: "2026-12-15" };

test("a month's bar is its share of the largest, and where all went back none has a length", () => {
  expect(shares([{ spent: 50 }, { spent: 200 }, { spent: 0 }])).toEqual([0.25, 1, 0]);
  expect([shares([{ spent: 0 }]), shares([])]).toEqual([[0], []]);
});

test("a month is chosen by its first day, and an address that names none shows everything", () => {
  const showing = (query: string): unknown => chosenOf([month], { query: new URLSearchParams(query) });
  expect([showing("month=2026-11-17"), showing("month=2026-11-18"), showing("")]).toEqual([month, null, null]);
});

test("what was bought in a month is asked for by its days", () => {
  expect(purchasesQuery(month, 2)).toBe("date_from=2026-11-17&date_to=2026-12-15&page=2");
  expect(purchasesQuery(null, 1)).toBe("page=1");
});
