// What is said of an order.
import type { components } from "../shared/api.ts";
import { type Language, money } from "../shared/numbers.ts";
import { clock } from "../shared/times.ts";
import { isKeyOf } from "../shared/words.ts";
import { type Say, words } from "./speech.ts";

export type Order = components["schemas"]["OrderAnswer"];

// A time is said to the minute: only what is over by more is late.
const LATE_MS = 120_000;

/** Whether it can be paid. */
export function waitsForMoney(order: Pick<Order, "is_paid" | "order_status" | "payment_status">): boolean {
  return !order.is_paid && canBePaid(order);
}

/** The same of an order of the list. */
export function canBePaid({ order_status, payment_status }: Pick<Order, "order_status" | "payment_status">): boolean {
  return order_status === "pending" && payment_status !== "paid" && payment_status !== "refunded";
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

/** What of an order did not arrive, each in a sentence with what becomes of the money. */
export function setbackWords(order: Pick<Order, "setbacks" | "sales" | "items" | "shipping_cost" | "payment_status">, language: Language, say: Say): string[] {
  return order.setbacks.flatMap(({ sale_id, kind, quantity, refunded, refund_status }) => {
    if (kind === "on_hold") return [];
    const product = order.sales.find((sale) => sale.id === sale_id)?.product_id;
    const goods = say("line", { count: quantity, name: order.items.find((item) => item.product.id === product)?.product.name ?? "" });
    // Of what came back the goods are given back: they had been carried, there and back.
    const carried = kind === "back" && refunded !== null && Number(order.shipping_cost) > 0 && order.payment_status !== "refunded";
    return [`${say(`setback.${kind}`, { goods })} ${moneyWords(kind, refunded, refund_status, language, say)}${carried ? ` ${say("setback.money.carried")}` : ""}`];
  });
}

type Setback = Order["setbacks"][number];

function moneyWords(kind: Setback["kind"], refunded: string | null, status: Setback["refund_status"], language: Language, say: Say): string {
  if (refunded === null || status === null) return say(kind === "coming_back" ? "setback.money.later" : "setback.money.none");
  const amount = money(refunded, language);
  if (status === "succeeded") return say("setback.money.back", { amount });
  if (status === "denied") return say("setback.money.denied", { amount });
  return say(status === "failed" || status === "unclear" ? "setback.money.stuck" : "setback.money.going", { amount });
}

/** What is in an order of the list: the first by its name, the others as a number. */
export function goodsOf(order: Pick<components["schemas"]["OrderRow"], "goods" | "order_number">, say: Say): string {
  const [first, ...others] = order.goods;
  if (first === undefined) return order.order_number;
  return others.length === 0 ? first : say("orders.goods", { first, count: others.length });
}

/** Paid for and not yet there. */
const COMING = ["shipped", "processing", "confirmed"];

/** When an order that is to come is expected; null where none is, or nobody knows. */
export function expectedAt(order: Pick<components["schemas"]["OrderRow"], "order_status" | "estimated_delivery_date">): number | null {
  return COMING.includes(order.order_status) && order.estimated_delivery_date !== null ? Date.parse(order.estimated_delivery_date) : null;
}

export type Turn = "to_pay" | "under_way" | "ended";

/** Orders as the API has them in turn, each turn with its own; of what is under way the soonest comes first as of now. */
export function inTurn<Row extends Pick<components["schemas"]["OrderRow"], "order_status" | "estimated_delivery_date">>(rows: readonly Row[]): { turn: Turn; orders: Row[] }[] {
  const found: { turn: Turn; orders: Row[] }[] = [];
  for (const row of rows) {
    const turn = row.order_status === "pending" ? "to_pay" : COMING.includes(row.order_status) ? "under_way" : "ended";
    const last = found.at(-1);
    if (last?.turn === turn) last.orders.push(row);
    else found.push({ turn, orders: [row] });
  }
  const soon = (row: Row): number => expectedAt(row) ?? Infinity;
  for (const { orders } of found) orders.sort((one, other) => (soon(one) === soon(other) ? 0 : soon(one) - soon(other)));
  return found;
}

/** When it is expected, in words; what is over is said to be. */
export function expectedWords(at: number, now: number, language: Language, say: Say): string {
  return say(at < now - LATE_MS ? "answer.expected.was" : "answer.expected", { at: clock(at, now, language) });
}

/** What the order's page is asked first: when it comes where that is known, else how it stands; below it the other of the two. `tried`: that its parcel was tried in vain, in words, which says more than that a courier has it. */
export function answersOf(order: Order, now: number, language: Language, say: Say, tried = ""): { first: string; then: string } {
  const state = tried || answerOf(order, say);
  const gone = parcels(order).find(({ number }) => number === order.tracking_number)?.arrived ?? false;
  const at = expectedAt(order); // that of the first parcel, while it is on its way
  if (at !== null) return { first: expectedWords(at, now, language, say), then: state };
  return { first: state, then: COMING.includes(order.order_status) && !gone && tried === "" ? say("answer.expected.later") : "" };
}

/** How it stands, in a sentence. */
export function answerOf(order: Order, say: Say): string {
  if (order.order_status === "cancelled") return say(order.payment_status === "refunded" ? "answer.order.refunded" : "answer.order.cancelled");
  const waiting = order.sales.map((one) => one.delivery_status);
  if (order.order_status === "processing" && waiting.includes("assigned") && !waiting.includes("available")) return say("answer.order.given");
  const key = `answer.order.${order.order_status}`;
  return isKeyOf(words, key) ? say(key) : order.order_status_display;
}
