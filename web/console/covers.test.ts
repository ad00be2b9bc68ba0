import { expect, test } from "vitest";
import { MOST, coversOf } from "./covers.ts";
import { flat } from "./fleet_buffer.ts";

const AT = { lat: 27.7, lon: 85.3 };
const bright = { ends: [], parcels: [], couriers: [], looks: "markers" as const };
const courier = (late: boolean) => ({ ...flat(AT.lat, AT.lon), late });
const many = <One>(one: One): One[] => Array.from({ length: MOST + 1 }, () => one);

test("what is looked at, parcels and couriers keep names clear where there are few of them", () => {
  const covers = coversOf({ ...bright, ends: [AT], parcels: [{ at: AT, late: true }, { at: AT, late: false }], couriers: [courier(false)] });
  expect(covers).toHaveLength(4);
  for (const { lat, lon } of covers) {
    expect(lat).toBeCloseTo(AT.lat, 6);
    expect(lon).toBeCloseTo(AT.lon, 6);
  }
});

test("of many only the exceptional ones and the ends do", () => {
  const covers = coversOf({ ...bright, ends: [AT], parcels: [...many({ at: AT, late: false }), { at: AT, late: true }], couriers: [...many(courier(false)), courier(true)], looks: "dots" });
  expect(covers).toHaveLength(3);
});

test("where counts stand for couriers, none of them does", () => {
  expect(coversOf({ ...bright, couriers: [courier(false), courier(true)], looks: "counts" })).toEqual([]);
});
