// What of the town lies in a zone while it is drawn: parcels that wait, by their pickups, and couriers.
import type { Board } from "../board.ts";
import { shortPlace } from "../desk.ts";
import type { Courier, Delivery, Point } from "../frames.ts";
import { type Outline, FEWEST_CORNERS, contains } from "./polygon.ts";

export interface LyingIn {
  waiting: number;
  couriers: number;
  /** Of the couriers those who have nothing under way. */
  free: number;
}

type Known = Pick<Board, "deliveries" | "couriers">;

/** Parcels that wait and have a place. */
export function waitingOf(board: Known): (Delivery & { pickup: NonNullable<Delivery["pickup"]> })[] {
  return [...board.deliveries.values()].filter((one): one is Delivery & { pickup: NonNullable<Delivery["pickup"]> } => one.status === "available" && one.pickup !== null);
}

/** Couriers who were heard of lately: nobody else is given anything by itself. */
export function heardOf(board: Known): Courier[] {
  return [...board.couriers.values()].filter((one) => one.presence !== "gone");
}

/** Where somebody stops, by the name it has there. */
export interface Place extends Point {
  name: string;
}

/** Stops of all that is open, each name once: of a market with a hundred parcels one is enough. */
export function placesOf(board: Known): Place[] {
  const named = new Map<string, Place>();
  for (const { pickup, dropoff, pickup_address, delivery_address } of board.deliveries.values()) {
    for (const [point, address] of [[pickup, pickup_address], [dropoff, delivery_address]] as const) {
      const name = shortPlace(address);
      if (point !== null && name !== "" && !named.has(name)) named.set(name, { ...point, name });
    }
  }
  return [...named.values()];
}

/** Null while the outline is none yet. */
export function lyingIn(outline: Outline, holes: readonly Outline[], board: Known): LyingIn | null {
  if (outline.length < FEWEST_CORNERS) return null;
  const couriers = heardOf(board).filter((one) => contains(outline, holes, one));
  return {
    waiting: waitingOf(board).filter((one) => contains(outline, holes, one.pickup)).length,
    couriers: couriers.length,
    free: couriers.filter((one) => one.active === 0).length,
  };
}
