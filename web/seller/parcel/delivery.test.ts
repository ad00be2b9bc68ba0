import { expect, test } from "vitest";
import { deliveryOf, destinationOf, filledIn, leftOf, newestPickup, refusedIn, typedFor, weightFrom } from "./delivery.ts";

const PICKUP = { pickup_address: "Farm, Bhaktapur", pickup_place: "27.67, 85.43", pickup_contact_name: "Rita", pickup_contact_phone: "9841111111" };
const DESTINATION = { customer_name: "John", phone_number: "9841234567", full_address: "Thamel", latitude: 27.7172, longitude: 85.324, delivery_instructions: "Call" };

test("what the buyer said is filled in, and goes to the API with both places and plain numbers", () => {
  const sale = { id: 7, total_amount: "2500.00", buyer_name: "John", destination: DESTINATION, destination_version: 1, weight_kg: null } as Parameters<typeof typedFor>[0];
  const typed = { ...typedFor(sale, PICKUP), package_weight: "2.5", delivery_fee: "150", fragile: "yes" };
  expect(typed.delivery_place).toBe("27.71720, 85.32400");
  expect(deliveryOf(sale, typed)).toMatchObject({
    marketplace_sale_id: 7,
    pickup_latitude: 27.67,
    delivery_longitude: 85.324,
    package_weight: 2.5,
    package_value: "2500.00",
    delivery_fee: "150",
    fragile: true,
    requested_pickup_date: null,
    destination_version: 1,
  });
});

test("where the buyer has changed the address, the form has the new one and keeps what the seller typed", () => {
  const sale = { id: 7, total_amount: "2500.00", buyer_name: "John", destination: DESTINATION, destination_version: 1, weight_kg: null } as Parameters<typeof typedFor>[0];
  const typed = { ...typedFor(sale, PICKUP), package_weight: "2.5" };
  const now = { ...typed, ...destinationOf({ buyer_name: "John", destination_version: 2, destination: { ...sale.destination!, full_address: "Balaju", latitude: null, longitude: null } }) };
  expect(now).toMatchObject({ ...PICKUP, package_weight: "2.5", delivery_address: "Balaju", delivery_place: "", destination_version: "2" });
  expect(Object.keys(deliveryOf(sale, typedFor({ ...sale, destination: null, destination_version: null }, PICKUP)))).not.toContain("destination_version");
  expect(deliveryOf(sale, typedFor({ ...sale, destination: null }, PICKUP))).toMatchObject({ destination_version: 1 }); // so that the first address a buyer gives is heard of
});

test("a place that was left empty is not sent", () => {
  const sale = { id: 7, total_amount: "1.00", buyer_name: "John", destination: null, weight_kg: null } as Parameters<typeof typedFor>[0];
  expect(Object.keys(deliveryOf(sale, typedFor(sale, { ...PICKUP, pickup_place: "" })))).not.toContain("pickup_latitude");
});

test("in a browser that sent nothing yet, a parcel is fetched where this seller's newest one was", async () => {
  const parcel = { pickup_address: "Farm, Bhaktapur", pickup_latitude: 27.67, pickup_longitude: 85.43, pickup_contact_name: "Rita", pickup_contact_phone: null };
  const answers: Record<string, unknown> = { "/api/marketplace/sales/?page_size=100": { results: [{ delivery_id: null }, { delivery_id: 12 }, { delivery_id: 9 }] }, "/api/deliveries/12/": parcel };
  const client = { call: async (path: string) => answers[path] } as unknown as Parameters<typeof newestPickup>[0];
  expect(await newestPickup(client)).toEqual({ pickup_address: "Farm, Bhaktapur", pickup_place: "27.67000, 85.43000", pickup_contact_name: "Rita" });
  answers["/api/marketplace/sales/?page_size=100"] = { results: [] };
  expect(await newestPickup(client)).toBeNull();
});

test("a parcel weighs what its products do, the form says from where, and what was left empty is not sent", () => {
  const sale = { id: 7, quantity: 3, total_amount: "1.00", buyer_name: "John", destination: null, weight_kg: 0.75 } as Parameters<typeof typedFor>[0];
  const typed = typedFor(sale, PICKUP);
  expect(typed.package_weight).toBe("0.75");
  expect([weightFrom(sale, "0.750"), weightFrom(sale, "1"), weightFrom({ ...sale, weight_kg: null }, "")]).toEqual([{ count: 3, each: 0.25 }, null, null]);
  expect(Object.keys(deliveryOf(sale, { ...typed, package_weight: " " }))).not.toContain("package_weight");
});

test("what comes in later than the form leaves alone what somebody typed meanwhile", () => {
  const begun = { ...PICKUP, pickup_address: "", pickup_place: "" };
  expect(leftOf(PICKUP, begun, { ...begun, pickup_contact_phone: "9800000000" })).toEqual({ pickup_address: "Farm, Bhaktapur", pickup_place: "27.67, 85.43", pickup_contact_name: "Rita" });
});

test("all that the form asks for goes to the API as it takes it, and of what was left as it was nothing", () => {
  const sale = { id: 7, total_amount: "2500.00", buyer_name: "John", destination: DESTINATION, destination_version: 1, weight_kg: 1 } as Parameters<typeof typedFor>[0];
  const begun = typedFor(sale, PICKUP);
  const plain = deliveryOf(sale, begun);
  expect(Object.keys(plain).filter((name) => ["proof", "label", "requires_signature"].includes(name))).toEqual([]);
  const typed = {
    ...begun, ready_at: "2026-11-28T14:00", pickup_instructions: "Blue gate", special_instructions: "Keep cool", package_dimensions: "30 x 20 x 15 cm",
    package_value: "1,800.50", label: "A-17", proof_drop_off: "photo code",
  };
  expect(deliveryOf(sale, typed)).toEqual({
    ...plain, ready_at: "2026-11-28T08:15:00.000Z", pickup_instructions: "Blue gate", special_instructions: "Keep cool", package_dimensions: "30 x 20 x 15 cm",
    package_value: "1800.50", label: "A-17", proof: { drop_off: ["photo", "code"] },
  });
  expect([filledIn(begun, begun), filledIn(typed, begun)]).toEqual([{ when: 0, more: 0 }, { when: 1, more: 5 }]);
});

test("a part of the form that is folded is opened where something in it was refused", () => {
  expect(refusedIn({ label: "is too long" })).toEqual({ when: false, more: true, proof: false });
  expect(refusedIn({ age_minimum: "goes with age" })).toEqual({ when: false, more: false, proof: true });
  expect(refusedIn({ delivery_fee: "is needed" })).toEqual({ when: false, more: false, proof: false });
});
