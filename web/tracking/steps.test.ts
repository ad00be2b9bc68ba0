import { expect, test } from "vitest";
import type { Parcel } from "./parcel.ts";
import { stepsOf } from "./steps.ts";

const NOW = Date.parse("2026-11-28T08:00:00Z");
const BARE = { status: "in_transit", ending: null, return_ended: null, eta: null, estimated_delivery_time: null, tracking_history: [], attempts: [], next_try: null, tries_left: 3, events: [], hidden: [] };
const been = (...statuses: string[]) => ({ tracking_history: statuses.map((status) => ({ status })) });
const tried = { attempts: [{ number: 1, reason: "closed", timestamp: "2026-11-28T07:00:00Z" }] };
const door = (kind: "arrived_at" | "left", at: string) => ({ kind: `${kind}_dropoff`, timestamp: `2026-11-28T${at}:00Z` });
const window = { eta: { earliest: "2026-11-28T08:30:00Z", latest: "2026-11-28T08:45:00Z", stops_before: 0 } };
const again = (at: string) => ({ next_try: { starts_at: `2026-11-28T${at}:00Z`, ends_at: null, asked_by: "buyer" } });

// + done, * where it is now, x what went wrong, - still to come
test.each([
  ["nobody has it", { status: "available" }, "-taken -picked_up -way -door"],
  ["given back by its courier", { status: "available", ...been("assigned", "available") }, "-taken -picked_up -way -door"],
  ["a courier has it", { status: "assigned" }, "+taken -picked_up -way -door"],
  ["picked up", { status: "picked_up" }, "+taken +picked_up -way -door"],
  ["on the way", {}, "+taken +picked_up *way -door"],
  ["at the door", { events: [door("arrived_at", "07:50")] }, "+taken +picked_up +way *door"],
  ["left the door again", { events: [door("arrived_at", "07:40"), door("left", "07:50")] }, "+taken +picked_up *way -door"],
  ["tried in vain, still at the door", { ...tried, events: [door("arrived_at", "06:55")] }, "+taken +picked_up +way xtried"],
  ["tried in vain, gone", { ...tried, events: [door("arrived_at", "06:55"), door("left", "07:05")] }, "+taken +picked_up +way xtried"],
  ["tried in vain, nobody says when again", tried, "+taken +picked_up +way xtried"],
  ["tried in vain, comes later", { ...tried, ...again("10:00"), ...window }, "+taken +picked_up +way xtried"],
  ["tried in vain, comes now", { ...tried, ...again("07:30"), ...window }, "+taken +picked_up *way -door"],
  ["tried in vain, expected again", { ...tried, ...window }, "+taken +picked_up *way -door"],
  ["tried in vain, at the door again", { ...tried, events: [door("arrived_at", "07:55")] }, "+taken +picked_up +way *door"],
  ["tried for the last time", { ...tried, ...window, tries_left: 0 }, "+taken +picked_up +way xtried"],
  ["tried in vain, picked up by another", { status: "picked_up", ...tried }, "+taken +picked_up +way xtried"],
  ["delivered", { status: "delivered" }, "+taken +picked_up +way +done"],
  ["delivered at the second try", { status: "delivered", ...tried }, "+taken +picked_up +way +done"],
  ["delivered, and brought back", { status: "delivered", ending: "returned" }, "+taken +picked_up +done *back"],
  ["delivered, and found damaged", { status: "delivered", ending: "damaged" }, "+taken +picked_up +way xdamaged"],
  ["told as delivered, and lost", { status: "delivered", ending: "lost" }, "+taken +picked_up +way xlost"],
  ["delivered, and with its seller again", { status: "delivered", ending: "returned", return_ended: "back" }, "+taken +picked_up +done +back"],
  ["back with its seller", { status: "cancelled", ending: "returned", return_ended: "back", ...tried }, "+taken +picked_up xtried +back"],
  ["lost on its way back", { status: "cancelled", ending: "returned", return_ended: "lost", ...tried }, "+taken +picked_up xtried xlost"],
  ["goes back after attempts", { status: "cancelled", ending: "returned", ...tried, ...been("assigned", "picked_up", "in_transit", "cancelled") }, "+taken +picked_up xtried *back"],
  ["goes back untried", { status: "cancelled", ending: "returned", ...been("assigned", "picked_up", "cancelled") }, "+taken +picked_up *back"],
  ["goes back, its journey not shown", { status: "cancelled", ending: "returned", tries_left: null, hidden: ["after_end"] }, "+taken +picked_up *back"],
  ["lost aboard", { status: "cancelled", ending: "lost", ...been("assigned", "picked_up", "cancelled") }, "+taken +picked_up xlost"],
  ["lost after an attempt", { status: "cancelled", ending: "lost", ...tried, ...been("assigned", "picked_up", "in_transit", "cancelled") }, "+taken +picked_up xtried xlost"],
  ["lost before it was picked up", { status: "cancelled", ending: "lost", ...been("assigned", "cancelled") }, "+taken xlost"],
  ["damaged aboard", { status: "cancelled", ending: "damaged", ...been("assigned", "picked_up", "cancelled") }, "+taken +picked_up xdamaged"],
  ["called off while a courier had it", { status: "cancelled", ...been("available", "assigned", "cancelled") }, "+taken xcancelled"],
  ["called off before anybody had it", { status: "cancelled", ...been("available", "cancelled") }, ""],
  ["called off, its journey not shown", { status: "cancelled", hidden: ["after_end"] }, ""],
] as const)("the steps say what is true: %s", (_, some, told) => {
  const signs = { done: "+", now: "*", failed: "x", to_come: "-" };
  const steps = stepsOf({ ...BARE, ...some } as unknown as Parcel, NOW);
  expect(steps.map(({ key, state }) => signs[state] + key.replace("step.", "")).join(" ")).toBe(told);
});
