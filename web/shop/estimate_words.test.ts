import { expect, test } from "vitest";
import { emptyAddress } from "../shared/addresses/addresses.ts";
import { speaker } from "../shared/words.ts";
import { type Parcel, doorOf, lacksDoor, toldOf } from "./estimate_words.ts";
import { words } from "./speech.ts";

const NOW = Date.parse("2026-11-29T06:00:00Z"); // 11:45 in Nepal
const en = speaker("en", words);
const PARCEL: Parcel = {
  item_id: 1,
  product_id: 1,
  product_name: "Rice",
  quantity: 2,
  seller: { id: 7, name: "Farm" },
  weight_kg: 2.5,
  delivery_fee: "100.00",
  distance_km: 9.8,
  way_minutes: { least: 30, most: 75 },
  arrival: { earliest: "2026-11-29T07:15:00Z", latest: "2026-11-29T08:30:00Z" },
  unknown: [],
};

test("a parcel of which all is known says between when it comes, and parcels alike are told as one", () => {
  const told = toldOf([PARCEL, { ...PARCEL, item_id: 2, product_name: "Tea", quantity: 1 }], NOW, "en", en);
  expect(told).toEqual([{ goods: "2 × Rice, 1 × Tea", seller: "Farm", answer: "Expected today 13:00–14:15", more: ["about 9.8 km · 2.5 kg"] }]);
  expect(toldOf([PARCEL, { ...PARCEL, seller: { id: 8, name: "Farm" } }], NOW, "en", en)).toHaveLength(2);
});

test("without knowing how long the seller takes, only the way is told", () => {
  const [told] = toldOf([{ ...PARCEL, arrival: null, unknown: ["no_preparation"] }], NOW, "en", en);
  expect(told?.answer).toBe("30 min to 1 h 15 min once the seller has it ready");
  expect(told?.more).toContain("How long the seller takes to pack is not known yet.");
});

test("where nobody could bring it, why is told in both languages, and no time", () => {
  for (const reason of ["nobody_on_duty", "nobody_near", "too_heavy", "all_busy", "place_closed", "no_pickup_point"] as const) {
    for (const language of ["en", "ne"] as const) {
      const say = speaker(language, words);
      const unknown = reason === "no_pickup_point" ? [reason, "no_preparation" as const] : [reason];
      const [told] = toldOf([{ ...PARCEL, way_minutes: null, arrival: null, unknown }], NOW, language, say);
      expect(told?.answer).toBe(`${words[language][`estimate.${reason}`]} ${words[language]["estimate.later"]}`);
    }
  }
});

test("a weight that is not known is said, and figures are Nepali where the page is", () => {
  const [told] = toldOf([{ ...PARCEL, weight_kg: null, unknown: ["no_weight"] }], NOW, "ne", speaker("ne", words));
  expect(told?.answer).toBe("अन्दाजी आज १३:००–१४:१५मा आइपुग्छ");
  expect(told?.more).toEqual(["करिब ९.८ कि.मि.", words.ne["estimate.no_weight"]]);
});

test("only what says a place is asked about, and an address without one says what to do", () => {
  const form = { ...emptyAddress("Maya", "98"), address: "Thamel 7", place: "27.71720, 85.32400", code: "P88F+VJ", district: "Kathmandu" };
  expect(doorOf(form)).toEqual({ district: "Kathmandu", plus_code: "P88F+VJ", latitude: 27.7172, longitude: 85.324 });
  expect(doorOf({ ...form, place: "27.7" })).toEqual({ district: "Kathmandu", plus_code: "P88F+VJ" });
  expect([lacksDoor({ parcels: [{ ...PARCEL, unknown: ["no_door_point"] }] }), lacksDoor({ parcels: [PARCEL] })]).toEqual([true, false]);
});
