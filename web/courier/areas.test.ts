import { expect, test } from "vitest";
import { areaName, wayTo } from "./areas.ts";

const KALIMATI = { lat: 27.6985, lon: 85.3 };
const gongabu = { city: "Kathmandu", cell: "tuuzvy", latitude: 27.7342, longitude: 85.3143 };

test("whoever decides on a parcel reads the part of the town, in the page's language, and not the town alone", () => {
  expect(areaName(gongabu, "en")).toBe("Gongabu, Kathmandu");
  expect(areaName(gongabu, "ne")).toBe("गोंगबु, Kathmandu");
  expect(areaName({ ...gongabu, city: null }, "en")).toBe("Gongabu");
});

test("where no name is near, or nothing but the town is known, the town is told once", () => {
  expect(areaName({ city: "Rukumkot", cell: "tuh0", latitude: 28.6, longitude: 82.6 }, "en")).toBe("Rukumkot");
  expect(areaName({ city: "Pokhara", cell: "tuq0", latitude: 28.21, longitude: 83.98 }, "en")).toBe("Pokhara");
  expect(areaName({ city: "Kathmandu", cell: null, latitude: null, longitude: null }, "en")).toBe("Kathmandu");
  expect(areaName({ city: null, cell: null, latitude: null, longitude: null }, "en")).toBe("");
});

test("it says which way a parcel goes, and nothing where a cell of a kilometre may lie on either side", () => {
  const at = (lat: number, lon: number) => ({ city: null, cell: "x", latitude: lat, longitude: lon });
  expect(wayTo(gongabu, KALIMATI)).toBe("n");
  expect([wayTo(at(27.74, 85.35), KALIMATI), wayTo(at(27.6985, 85.36), KALIMATI), wayTo(at(27.65, 85.25), KALIMATI), wayTo(at(27.64, 85.3), KALIMATI), wayTo(at(27.74, 85.25), KALIMATI)]).toEqual(["ne", "e", "sw", "s", "nw"]);
  expect(wayTo(at(27.7, 85.305), KALIMATI)).toBeNull();
  expect(wayTo(gongabu, null)).toBeNull();
});
