import { expect, test } from "vitest";
import type { Courier, Delivery } from "../frames.ts";
import { heardOf, lyingIn, placesOf, waitingOf } from "./lies_in.ts";
import type { Outline } from "./polygon.ts";

const square: Outline = [[85, 27], [86, 27], [86, 28], [85, 28]];
const inside = { lat: 27.5, lon: 85.5 };
const outside = { lat: 29, lon: 85.5 };

function keyed<One extends { id: number }>(all: readonly One[]): Map<number, One> {
  return new Map(all.map((one) => [one.id, one]));
}

const board = {
  deliveries: keyed([
    { id: 1, status: "available", pickup: inside },
    { id: 2, status: "available", pickup: outside },
    { id: 3, status: "assigned", pickup: inside },
    { id: 4, status: "available", pickup: null },
  ] as Delivery[]),
  couriers: keyed([
    { id: 1, presence: "online", active: 0, ...inside },
    { id: 2, presence: "stale", active: 2, ...inside },
    { id: 3, presence: "gone", active: 1, ...inside },
    { id: 4, presence: "online", active: 0, ...outside },
  ] as Courier[]),
};

test("parcels that wait are counted by their pickups, and couriers who were heard of, of whom some are free", () => {
  expect(lyingIn(square, [], board)).toEqual({ waiting: 1, couriers: 2, free: 1 });
  expect(waitingOf(board).map((one) => one.id)).toEqual([1, 2]);
  expect(heardOf(board)).toHaveLength(3);
});

test("two corners are no zone yet, so nothing is counted", () => {
  expect(lyingIn(square.slice(0, 2), [], board)).toBeNull();
});

test("each stop is named once, by the part of its address that is said in lists, and what has no place is not", () => {
  const deliveries = keyed([
    { id: 1, pickup: inside, pickup_address: "Asan, Kathmandu", dropoff: outside, delivery_address: "Patan, Lalitpur" },
    { id: 2, pickup: outside, pickup_address: "Asan, Kathmandu", dropoff: null, delivery_address: "Nowhere" },
  ] as Delivery[]);
  expect(placesOf({ ...board, deliveries })).toEqual([{ ...inside, name: "Asan" }, { ...outside, name: "Patan" }]);
});
