import { expect, test } from "vitest";
import { deliveryOf, momentOf, typedFor } from "./delivery.ts";

const PICKUP = { pickup_address: "Farm, Bhaktapur", pickup_place: "27.67, 85.43", pickup_contact_name: "Rita", pickup_contact_phone: "9841111111" };
const DESTINATION = { customer_name: "John", phone_number: "9841234567", full_address: "Thamel", latitude: 27.7172, longitude: 85.324, delivery_instructions: "Call" };

test("times are Nepal's wherever the browser is", () => {
  expect([momentOf("2026-11-28T14:00"), momentOf(""), momentOf("soon")]).toEqual(["2026-11-28T08:15:00.000Z", null, "soon"]);
});

test("what the buyer said is filled in, and goes to the API with both places and plain numbers", () => {
  const sale = { id: 7, total_amount: "2500.00", buyer_name: "John", destination: DESTINATION } as Parameters<typeof typedFor>[0];
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
  });
});

test("a place that was left empty is not sent", () => {
  const sale = { id: 7, total_amount: "1.00", buyer_name: "John", destination: null } as Parameters<typeof typedFor>[0];
  expect(Object.keys(deliveryOf(sale, typedFor(sale, { ...PICKUP, pickup_place: "" })))).not.toContain("pickup_latitude");
});
