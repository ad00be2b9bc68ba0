import { expect, test } from "vitest";
import { deliveryMark, stateOf } from "./marks.ts";

test("how a delivery stands is said by what matters first: a bad end, then a hold, then how far it is", () => {
  const parcel = { status: "available", ending: null, on_hold: null } as const;
  expect([stateOf(parcel), deliveryMark(parcel)]).toEqual(["stands.available", "wait"]);
  expect([stateOf({ ...parcel, on_hold: {} }), deliveryMark({ ...parcel, on_hold: {} })]).toEqual(["stands.on_hold", "stale"]);
  expect([stateOf({ ...parcel, status: "delivered" }), deliveryMark({ ...parcel, status: "delivered" })]).toEqual(["stands.delivered", "done"]);
  // What was delivered may be said to be lost afterwards: that is what an admin looks for.
  expect([stateOf({ ...parcel, status: "delivered", ending: "lost" }), deliveryMark({ ...parcel, status: "delivered", ending: "lost" })]).toEqual(["ending.lost", "late"]);
  expect(deliveryMark({ ...parcel, status: "in_transit", on_hold: {} })).toBe("way");
});
