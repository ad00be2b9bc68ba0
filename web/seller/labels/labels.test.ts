import { expect, test } from "vitest";
import type { components } from "../../shared/api.ts";
import { MOST, gathered, labelOf, namedIn, notFetched, waiting } from "./labels.ts";

type Delivery = components["schemas"]["DetailedDelivery"];

/** As much of a delivery as a label reads. */
function delivery(number: string, more: Partial<Delivery> = {}): Delivery {
  return {
    tracking_number: number, delivery_contact_name: "Sita Rai", delivery_address: "Jhamsikhel 3", delivery_instructions: "Gate code 4711",
    delivery_contact_phone: "+9779800000001", pickup_contact_name: "Anju's shop", pickup_contact_phone: "+9779800000002", pickup_address: "Asan",
    package_weight: 2.5, package_details: { weight: 2.5, dimensions: "", value: 900, fragile: false, requires_signature: false },
    priority: "normal", quantity: 1, proof: { age_minimum: null, code: null, drop_off: [], label: null, pickup: [], return: [] }, ...more,
  } as Delivery;
}

test("a label says where it goes and whom it came from, and neither a phone nor what is said of the door nor what is in the parcel nor its worth", () => {
  const label = JSON.stringify(labelOf(delivery("TRK1")));
  for (const told of ["TRK1", "Sita Rai", "Jhamsikhel 3", "Asan"]) expect(label).toContain(told);
  for (const secret of ["+977", "900", "4711"]) expect(label).not.toContain(secret);
});

test("what is asked for at the door stands on it, a promised signature once", () => {
  const proof = { age_minimum: 18, code: null, drop_off: ["signature" as const, "age" as const, "photo" as const], label: "BOX 7", pickup: [], return: [] };
  const one = labelOf(delivery("TRK1", { proof, package_details: { weight: 1, dimensions: "", value: null, fragile: true, requires_signature: true } as Delivery["package_details"] }));
  expect([one.asked, one.fragile, one.own]).toEqual([["signature", "age"], true, "BOX 7"]);
});

test("the address names labels once each and in its order", () => {
  expect(namedIn("B, A ,,B")).toEqual(["B", "A"]);
  expect(namedIn(null)).toEqual([]);
});

/** A seller's sales, newest first, each with a parcel that waits; which pages were asked for. */
function sold(count: number): { asked: number[]; turn: (page: number) => ReturnType<Parameters<typeof waiting>[0]> } {
  const asked: number[] = [];
  const turn = async (page: number): ReturnType<Parameters<typeof waiting>[0]> => {
    asked.push(page);
    const ids = Array.from({ length: count }, (_, at) => count - at).slice((page - 1) * MOST, page * MOST);
    return { results: ids.map((delivery_id) => ({ delivery_status: "available" as const, delivery_id })), count, next: page * MOST < count ? "more" : null };
  };
  return { asked, turn };
}

test("of more than are printed in one go the oldest come first, and the others are told", async () => {
  const { asked, turn } = sold(180);
  const { ids, unread } = await waiting(turn);
  expect([asked, ids.length, ids[0], ids.at(-1), unread]).toEqual([[1, 2], 180, "1", "180", 0]);
  const { labels, left } = await gathered(ids, async (id) => delivery(id));
  expect([labels.length, labels[0]?.number, left.length, left[0]]).toEqual([MOST, "1", 80, "101"]);
});

test("no seller's sales are read without end: the oldest are, and of how many they were not is told", async () => {
  const { asked, turn } = sold(920);
  const { ids, unread } = await waiting(turn);
  expect([asked, ids[0], ids.length, unread]).toEqual([[1, 6, 7, 8, 9, 10], "1", 420, 500]);
});

test("only parcels that nobody has fetched yet wait for a label", () => {
  const sales = (["available", "assigned", "picked_up", "in_transit", "delivered", "cancelled", null] as const).map((status, at) => ({ delivery_status: status, delivery_id: status === null ? null : at }));
  expect(notFetched(sales)).toEqual(["0", "1"]);
});

test("labels stand in the order in which they were asked for, whichever answer comes first, and what is not there hides none", async () => {
  const late = new Map<string, () => void>();
  const answers = gathered(["A", "none", "B"], (number) => new Promise((done) => late.set(number, () => done(number === "none" ? null : delivery(number)))));
  for (const number of ["B", "none", "A"]) late.get(number)?.();
  const { labels, unknown } = await answers;
  expect([labels.map((one) => one.number), unknown]).toEqual([["A", "B"], ["none"]]);
});
