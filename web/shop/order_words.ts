// What is said of an order.
import type { components } from "../shared/api.ts";
import type { Language } from "../shared/numbers.ts";
import { isKey, isKeyOf } from "../shared/words.ts";
import { type Say, words } from "./speech.ts";

export type Order = components["schemas"]["OrderAnswer"];

/** Whether it can be paid. */
export function waitsForMoney(order: Pick<Order, "is_paid" | "order_status" | "payment_status">): boolean {
  return !order.is_paid && order.order_status === "pending" && order.payment_status !== "refunded";
}

/** The tracking numbers of its parcels that are not cancelled, the first first, and which of them have arrived. */
export function parcels(order: Pick<Order, "sales">): { number: string; arrived: boolean }[] {
  const found = new Map<string, boolean>();
  for (const { tracking_number, delivery_status } of order.sales) {
    if (tracking_number !== null && delivery_status !== "cancelled") found.set(tracking_number, delivery_status === "delivered");
  }
  return [...found].map(([number, arrived]) => ({ number, arrived }));
}

/** Those that were not picked up: where they go may still be changed. */
export function notPickedUp(order: Pick<Order, "sales">): string[] {
  return [...new Set(order.sales.flatMap((one) => (["available", "assigned"].includes(one.delivery_status ?? "") && one.tracking_number !== null ? [one.tracking_number] : [])))];
}

/** Parcels that go elsewhere than the order says, each with where to. */
export function otherDoors(order: Pick<Order, "sales" | "delivery">): { number: string; door: string }[] {
  const found = new Map<string, string>();
  for (const { tracking_number, delivery_status, delivery_address } of order.sales) {
    const elsewhere = delivery_address !== null && delivery_address !== order.delivery.full_address;
    if (tracking_number !== null && delivery_status !== "cancelled" && elsewhere) found.set(tracking_number, delivery_address);
  }
  return [...found].map(([number, door]) => ({ number, door }));
}

/** Those that are on the way to their door. */
export function onTheWay(order: Pick<Order, "sales">): string[] {
  return [...new Set(order.sales.flatMap((one) => (one.delivery_status === "in_transit" && one.tracking_number !== null ? [one.tracking_number] : [])))];
}

/** What is in an order of the list: the first by its name, the others as a number. */
export function goodsOf(order: Pick<components["schemas"]["OrderRow"], "goods" | "order_number">, say: Say): string {
  const [first, ...others] = order.goods;
  if (first === undefined) return order.order_number;
  return others.length === 0 ? first : say("orders.goods", { first, count: others.length });
}

/** A list of orders with those that move at its head, what is expected soonest first, each once. */
export function movingFirst<Row extends { id: number; estimated_delivery_date: string | null }>(moving: readonly Row[], all: readonly Row[]): Row[] {
  const first = new Set(moving.map((order) => order.id));
  const expected = (order: Row): number => (order.estimated_delivery_date === null ? Infinity : Date.parse(order.estimated_delivery_date));
  return [...[...moving].sort((a, b) => compare(expected(a), expected(b))), ...all.filter((order) => !first.has(order.id))];
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b; // of two that are not known the difference is no number
}

/** When an order that is on its way is expected; null where it is not, or nobody knows. */
export function expectedAt(order: Pick<components["schemas"]["OrderRow"], "order_status" | "estimated_delivery_date">): number | null {
  return order.order_status === "shipped" && order.estimated_delivery_date !== null ? Date.parse(order.estimated_delivery_date) : null;
}

/** How it stands, in a sentence. */
export function answerOf(order: Order, say: Say): string {
  if (order.order_status === "cancelled") return say(order.payment_status === "refunded" ? "answer.order.refunded" : "answer.order.cancelled");
  const key = `answer.order.${order.order_status}`;
  return isKeyOf(words, key) ? say(key) : order.order_status_display;
}

/** The server's own words in English; what its state means in another language. */
export function eventWords(event: Order["tracking_events"][number], language: Language, say: Say): string {
  const key = event.status === "pending" ? "order.created" : `order.${event.status}`; // it tells what happened, not how it stands
  return language === "ne" && isKey(key) ? say(key) : event.message;
}
