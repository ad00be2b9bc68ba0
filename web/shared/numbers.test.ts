import { expect, test } from "vitest";
import cases from "./distances.cases.json"; // the server is held to the same: tests/http/test_tracking_view.py
import { devanagari, distance, grouped, kilos, measured, money, writeLatinDigits } from "./numbers.ts";

test.each([
  [0, 0, "0"],
  [999, 0, "999"],
  [1_000, 0, "1,000"],
  [99_999, 0, "99,999"],
  [100_000, 0, "1,00,000"],
  [1_234_567.5, 2, "12,34,567.50"],
  [-1_234_567, 0, "-12,34,567"],
])("%d is grouped as %s decimals: %s", (amount, decimals, text) => {
  expect(grouped(amount, decimals)).toBe(text);
});

test("who chose Latin digits reads them in Nepali too", () => {
  writeLatinDigits(true);
  expect([money(2500, "ne"), devanagari("14:20")]).toEqual(["रु\u00a02,500.00", "14:20"]);
  writeLatinDigits(false);
  expect(money(2500, "ne")).toBe("रु\u00a0२,५००.००");
});

test("an amount is written in the reader's script", () => {
  expect(money("2500", "en")).toBe("NPR\u00a02,500.00");
  expect(money("123456.7", "ne")).toBe("रु\u00a0१,२३,४५६.७०");
});

test("a way is rounded to what a person can use", () => {
  expect(distance(12, "en")).toBe("50 m");
  expect(distance(360, "en")).toBe("350 m");
  expect(distance(974, "en")).toBe("950 m");
  expect(distance(980, "en")).toBe("1.0 km");
  expect(distance(1_240, "en")).toBe("1.2 km");
  expect(distance(13_700, "en")).toBe("14 km");
  expect(distance(1_240, "ne")).toBe("१.२ कि.मि.");
  expect(distance(360, "ne")).toBe("३५० मिटर");
});

test.each(cases)("a distance is said by one rule, as the server says it: $metres", ({ metres, en, ne }) => {
  expect([distance(metres, "en"), distance(metres, "ne")]).toEqual([en, ne]);
});

test("how far from a door somebody stood is said to ten metres, and as under what nobody can tell", () => {
  expect([0, 3, 9.9].map((metres) => measured(metres, "en"))).toEqual(["under 10 m", "under 10 m", "under 10 m"]);
  expect([10, 14, 26, 94, 95, 120, 360, 1_240].map((metres) => measured(metres, "en"))).toEqual(["10 m", "10 m", "30 m", "90 m", "100 m", "100 m", "350 m", "1.2 km"]);
  expect([3, 26, 360].map((metres) => measured(metres, "ne"))).toEqual(["१० मिटरभन्दा कम", "३० मिटर", "३५० मिटर"]);
});

test("what is nearer than a position is exact is said as under that", () => {
  expect([measured(3, "en", 18), measured(30, "en", 18), measured(30, "en", 65), measured(30, "en", 1_400)]).toEqual(["under 20 m", "30 m", "under 70 m", "under 1.4 km"]);
  expect(measured(3, "ne", 18)).toBe("२० मिटरभन्दा कम");
});

test("only digits change their script", () => {
  expect(devanagari("TRK 09:41")).toBe("TRK ०९:४१");
});

test("a light parcel is not weighed as nothing", () => {
  expect([0.04, 0.4, 2.5, 10, 100, 1_250.25].map(kilos)).toEqual(["0.04", "0.4", "2.5", "10", "100", "1,250.25"]);
  expect([0.001, 0.004, 0.015, 0.0995].map(kilos), "a pinch of saffron weighs something").toEqual(["0.001", "0.004", "0.015", "0.1"]);
});
