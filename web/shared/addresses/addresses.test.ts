import { expect, test } from "vitest";
import { type Kept, bodyOf, chosenOf, differs, districtChoices, formOf } from "./addresses.ts";

const KEPT: Kept = {
  id: 1, label: "", is_default: true, customer_name: "Sita", phone_number: "+977-9841234567", address: "Thamel", landmark: "The well",
  city: "Kathmandu", district: "Kathmandu", state: "Bagmati", zip_code: "", plus_code: "", latitude: 27.7172, longitude: 85.324,
  delivery_instructions: "", full_address: "", created_at: "2026-01-01T00:00:00Z",
};

test("a kept address comes back as it was sent, and a code takes the place of the point that it says", () => {
  expect(bodyOf(formOf(KEPT))).toMatchObject({ address: "Thamel", landmark: "The well", district: "Kathmandu", latitude: 27.7172 });
  const coded = bodyOf(formOf({ ...KEPT, plus_code: "7MV7P88F+VJ" }));
  expect(coded).toMatchObject({ plus_code: "7MV7P88F+VJ" });
  expect(coded).not.toHaveProperty("latitude");
});

test("districts are named in the language of the page, with their province, after the choice of none", () => {
  const district = { id: "ilam", name: "Ilam", name_ne: "इलाम", latitude: 26.9, longitude: 87.9 };
  const provinces = { results: [{ id: "koshi", number: 1, name: "Koshi", name_ne: "कोशी", districts: [district] }] };
  expect(districtChoices(provinces, "en", "None")).toEqual([["", "None"], ["Ilam", "Ilam (Koshi)"]]);
  expect(districtChoices(provinces, "ne", "छैन")[1]).toEqual(["Ilam", "इलाम (कोशी)"]);
  expect(districtChoices(null, "en", "None")).toEqual([["", "None"]]);
});

test("a kept address that was chosen differs once something of it is typed over, and not by what it is called", () => {
  const chosen = chosenOf(KEPT);
  expect(differs(chosen, KEPT)).toBe(false);
  expect(differs({ ...chosen, label: "Home" }, KEPT)).toBe(false);
  expect(differs({ ...chosen, landmark: "The temple" }, KEPT)).toBe(true);
  expect(differs({ ...chosen, place: "" }, KEPT)).toBe(true);
});
