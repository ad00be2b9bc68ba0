import { expect, test } from "vitest";
import { speaker } from "../shared/words.ts";
import { type Order, answerOf, answersOf, expectedAt, inTurn, setbackWords, onTheWay, parcels, waitsForMoney } from "./order_words.ts";
import { words } from "./speech.ts";

const SALE = { id: 1, order_number: "S-1", product_id: 1, quantity: 1, quantity_delivered: null, status: "processing", delivery_id: 1, delivery_address: null } as const;

test("an order can be paid until it is, is called off, or its money went back", () => {
  const open = { is_paid: false, order_status: "pending", payment_status: "failed" } as const;
  expect(waitsForMoney(open)).toBe(true);
  expect(waitsForMoney({ ...open, is_paid: true })).toBe(false);
  expect(waitsForMoney({ ...open, order_status: "cancelled" })).toBe(false);
  expect(waitsForMoney({ ...open, payment_status: "refunded" })).toBe(false);
});

test("every parcel of an order can be followed, once each, none that was cancelled, and one that arrived is known by it", () => {
  const sales = [
    { ...SALE, tracking_number: "TRK1", delivery_status: "assigned" as const },
    { ...SALE, tracking_number: "TRK1", delivery_status: "assigned" as const },
    { ...SALE, tracking_number: "TRK2", delivery_status: "cancelled" as const },
    { ...SALE, tracking_number: "TRK3", delivery_status: "delivered" as const },
    { ...SALE, tracking_number: null, delivery_status: null },
  ];
  expect(parcels({ sales })).toEqual([{ number: "TRK1", arrived: false }, { number: "TRK3", arrived: true }]);
});

test("only what is on its way is expected, and only parcels that are can have been tried", () => {
  const at = "2026-11-28T10:00:00Z";
  expect(expectedAt({ order_status: "shipped", estimated_delivery_date: at })).toBe(Date.parse(at));
  expect([expectedAt({ order_status: "delivered", estimated_delivery_date: at }), expectedAt({ order_status: "shipped", estimated_delivery_date: null })]).toEqual([null, null]);
  const sales = [{ ...SALE, tracking_number: "A", delivery_status: "in_transit" as const }, { ...SALE, tracking_number: "A", delivery_status: "in_transit" as const }, { ...SALE, tracking_number: "B", delivery_status: "delivered" as const }];
  expect(onTheWay({ sales })).toEqual(["A"]);
});

test("an order's page answers when it comes, and says what is late or not known", () => {
  const say = speaker("en", words);
  const now = Date.parse("2026-11-28T08:00:00Z");
  const order = { order_status: "processing", payment_status: "paid", estimated_delivery_date: "2026-11-28T10:00:00Z", sales: [], tracking_number: null } as unknown as Order;
  expect(answersOf(order, now, "en", say)).toEqual({ first: "Expected 15:45", then: "Waiting for a courier" });
  expect(answersOf({ ...order, estimated_delivery_date: null }, now, "en", say)).toEqual({ first: "Waiting for a courier", then: "When it arrives is said here as soon as a courier has it." });
  expect(answersOf({ ...order, estimated_delivery_date: "2026-11-28T07:00:00Z" }, now, "en", say).first).toBe("Was expected 12:45; it is late");
  expect(answersOf({ ...order, order_status: "pending", estimated_delivery_date: null }, now, "en", say)).toEqual({ first: "Not paid yet", then: "" });
  const tried = "It was tried in vain, and comes again then.";
  expect(answersOf({ ...order, order_status: "shipped" }, now, "en", say, tried)).toEqual({ first: "Expected 15:45", then: tried });
  expect(answersOf({ ...order, order_status: "shipped", estimated_delivery_date: null }, now, "en", say, "Nobody was there")).toEqual({ first: "Nobody was there", then: "" });
  const came = { ...SALE, tracking_number: "A", delivery_status: "delivered" as const };
  expect(answersOf({ ...order, order_status: "shipped", estimated_delivery_date: null, tracking_number: "A", sales: [came] }, now, "en", say)).toEqual({ first: "With the courier", then: "" });
});

test("an order whose courier was found is not said to wait for one", () => {
  const say = speaker("en", words);
  const of = (...states: ("assigned" | "available")[]) =>
    answerOf({ order_status: "processing", sales: states.map((delivery_status) => ({ ...SALE, tracking_number: "A", delivery_status })) } as Order, say);
  expect([of("assigned"), of("available"), of("assigned", "available")]).toEqual(["A courier was found and fetches it", "Waiting for a courier", "Waiting for a courier"]);
});

test("what did not arrive is said with what becomes of its money, and money that has not gone back is not said to have", () => {
  const items = [{ id: 1, product: { id: 1, name: "Rice", images: [], price: "1.00" }, quantity: 3, unit_price: "1.00", total_price: "3.00" }];
  const sales = [{ ...SALE, quantity: 3, tracking_number: "A", delivery_status: "cancelled" as const }];
  const told = (changes: object): string[] =>
    setbackWords({ items, sales, shipping_cost: "100.00", payment_status: "paid", setbacks: [{ sale_id: 1, kind: "coming_back", quantity: 2, tracking_number: "R", refunded: null, refund_status: null, ...changes }] }, "en", speaker("en", words));
  expect(told({})).toEqual(["2 × Rice goes back to the seller. What you paid for it goes back to you once it is there; the delivery does not."]);
  expect(told({ kind: "lost", refunded: "50.00", refund_status: "requested" })).toEqual(["2 × Rice was lost on its way. NPR\u00a050.00 is on its way back to you."]);
  expect(told({ kind: "in_part", refunded: "50.00", refund_status: "succeeded" })).toEqual(["2 × Rice was missing or damaged at the door. NPR\u00a050.00 went back to you."]);
  expect(told({ kind: "damaged", refunded: "50.00", refund_status: "unclear" })[0]).toContain("could not be sent back yet");
  expect(told({ kind: "damaged" })[0]).toContain("Nothing goes back");
  expect(told({ kind: "back", refunded: "50.00", refund_status: "succeeded" })[0]).toContain("NPR\u00a050.00 went back to you. The delivery was carried, so");
  expect(told({ kind: "on_hold" })).toEqual([]);
});

test("orders stand under a heading for each turn, and what is under way by when it is expected as of now", () => {
  const of = (id: number, order_status: Order["order_status"], hour: number | null = null) => ({ id, order_status, estimated_delivery_date: hour === null ? null : `2026-11-28T${hour}:00:00Z` });
  const rows = [of(9, "pending"), of(2, "shipped", 15), of(3, "processing", 14), of(5, "confirmed"), of(4, "processing"), of(8, "cancelled"), of(7, "delivered", 12), of(6, "completed")];
  expect(inTurn(rows).map(({ turn, orders }) => [turn, orders.map(({ id }) => id)])).toEqual([["to_pay", [9]], ["under_way", [3, 2, 5, 4]], ["ended", [8, 7, 6]]]);
  expect(inTurn([])).toEqual([]);
});
