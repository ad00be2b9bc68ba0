import { expect, test } from "vitest";
import { aheadIn, firstThere, inOrder, lateOnArrival, othersOf } from "./arrivals.ts";

function candidate(at: string, distance: number, rating: number, capacity = 50, workload = 50) {
  const score_details = { distance_score: distance, rating_score: rating, capacity_score: capacity, workload_score: workload, total_score: 90 };
  return { estimated_delivery_time: `2026-03-01T${at}:00Z`, score_details } as Parameters<typeof aheadIn>[0];
}

test("who arrives first is told apart from who has the best score", () => {
  expect(firstThere([candidate("08:27", 80, 90), candidate("08:07", 70, 80), candidate("08:15", 60, 80)])).toBe(1);
});

test("whoever is at the door first comes first where that is asked for, and of equals the better score", () => {
  const ranked = [candidate("08:27", 80, 90), candidate("08:15", 70, 80), candidate("08:07", 60, 80), candidate("08:15", 50, 80)];
  expect(inOrder(ranked, "score")).toEqual(ranked);
  expect(inOrder(ranked, "door").map((one) => one.score_details.distance_score)).toEqual([60, 70, 50, 80]);
});

test("of two who arrive at the same moment the one with the better score counts as first, and of nobody none", () => {
  expect(firstThere([candidate("08:07", 80, 90), candidate("08:07", 70, 80)])).toBe(0);
  expect(firstThere([])).toBe(-1);
});

test("the terms in which the best is ahead are named, the largest lead first, and no others", () => {
  expect(aheadIn(candidate("08:27", 80, 90, 60, 40), candidate("08:07", 70, 60, 60, 70))).toEqual(["term.rating", "term.distance"]);
});

test("an arrival is late by what was asked for, and never where nothing was", () => {
  const due = Date.parse("2026-03-01T08:00:00Z");
  expect(lateOnArrival(candidate("08:27", 1, 1), due)).toBe(27 * 60_000);
  expect(lateOnArrival(candidate("07:27", 1, 1), due)).toBe(0);
  expect(lateOnArrival(candidate("08:27", 1, 1), null)).toBe(0);
});

test("whoever has a parcel is not among those who could have it instead, and the order stays", () => {
  const ranked = [3, 1, 2].map((id) => ({ transporter: { id } }));
  expect(othersOf(ranked, 1).map((one) => one.transporter.id)).toEqual([3, 2]);
  expect(othersOf(ranked, null)).toHaveLength(3);
});
