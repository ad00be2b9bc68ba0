import { expect, test } from "vitest";
import { aheadIn, chosenOf, delayOf, firstThere, inOrder, lateOnArrival, nobodyEarlier, othersOf, proposedFirst, stopsWords } from "./arrivals.ts";

function candidate(at: string, distance: number, rating: number, capacity = 50, workload = 50) {
  const score_details = { distance_score: distance, rating_score: rating, capacity_score: capacity, workload_score: workload, total_score: 90 };
  return { estimated_delivery_time: `2026-03-01T${at}:00Z`, score_details } as Parameters<typeof aheadIn>[0];
}

test("who arrives first is told apart from who has the best score", () => {
  expect(firstThere([candidate("08:27", 80, 90), candidate("08:07", 70, 80), candidate("08:15", 60, 80)])).toBe(1);
});

test("whoever is at the door first comes first where that is asked for, and of equals the better score", () => {
  const ranked = [candidate("08:27", 80, 90), candidate("08:15", 70, 80), candidate("08:07", 60, 80), candidate("08:15", 50, 80)];
  expect(inOrder(ranked, "suggested")).toEqual(ranked);
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

test("the best score is proposed unless it would be late and another comes in time", () => {
  const due = Date.parse("2026-03-01T08:20:00Z");
  const ranked = [candidate("08:27", 80, 90), candidate("08:15", 70, 80), candidate("08:07", 60, 80)];
  expect(chosenOf(ranked, null)).toBe(ranked[0]);
  expect(chosenOf(ranked, Date.parse("2026-03-01T08:30:00Z"))).toBe(ranked[0]);
  expect(chosenOf(ranked, due)).toBe(ranked[1]);
  expect(chosenOf(ranked, Date.parse("2026-03-01T08:00:00Z"))).toBe(ranked[2]); // where nobody is in time, the least late
  const close = [candidate("08:08", 80, 90), candidate("08:07", 70, 80)];
  expect(chosenOf(close, Date.parse("2026-03-01T08:00:00Z"))).toBe(close[0]); // and of those who are alike the best
  expect(chosenOf([], due)).toBeUndefined();
});

test("what the list does not call late does not make anybody pass over the best score", () => {
  const ranked = [candidate("08:21", 80, 90), candidate("08:15", 70, 80)];
  const due = (at: string) => Date.parse(`2026-03-01T${at}Z`);
  expect(chosenOf(ranked, due("08:20:59"))).toBe(ranked[0]);
  expect(lateOnArrival(ranked[0]!, due("08:19:01"))).toBe(0);
  expect([chosenOf(ranked, due("08:19:00")), lateOnArrival(ranked[0]!, due("08:19:00"))]).toEqual([ranked[1], 120_000]);
});

test("whom the page proposes comes before the score, and the rest stay as they were", () => {
  const [one, two, three] = [candidate("08:47", 91, 91), candidate("08:20", 91, 91), candidate("08:07", 89, 89)];
  const ranked = [one, two, three];
  expect(proposedFirst(ranked, chosenOf(ranked, Date.parse("2026-03-01T06:54:00Z")))).toEqual([three, one, two]);
  expect(proposedFirst(ranked, undefined)).toEqual(ranked);
});

test("that nobody else would be earlier than who has it is said by whole minutes, and not where nobody knows when that is", () => {
  const others = [candidate("08:47", 91, 91), candidate("08:07", 89, 89)];
  const at = (text: string): number => Date.parse(`2026-03-01T${text}Z`);
  expect([at("08:05:00"), at("08:07:40"), at("08:08:00")].map((now) => nobodyEarlier(others, now))).toEqual([true, true, false]);
  expect([nobodyEarlier(others, null), nobodyEarlier([], at("08:05:00"))]).toEqual([false, false]);
});

test("stops before the door are told where there are any", () => {
  expect(stopsWords(null)).toBeNull();
  expect(stopsWords(0)).toBeNull();
  expect(stopsWords(1)?.key).toBe("candidates.stop_before");
  expect(stopsWords(3)).toEqual({ key: "candidates.stops_before", count: 3 });
});

test("whoever has a parcel is not among those who could have it instead, and the order stays", () => {
  const ranked = [3, 1, 2].map((id) => ({ transporter: { id } }));
  expect(othersOf(ranked, 1).map((one) => one.transporter.id)).toEqual([3, 2]);
  expect(othersOf(ranked, null)).toHaveLength(3);
});

test("what a courier's other parcels lose is the most of them and how many, and two minutes are no lateness", () => {
  expect(delayOf({ delays: [] })).toBeNull();
  expect(delayOf({ delays: [{ delivery_id: 7, by_s: 119 }] })).toBeNull();
  expect(delayOf({ delays: [{ delivery_id: 7, by_s: 1_500 }, { delivery_id: 8, by_s: 180 }, { delivery_id: 9, by_s: 60 }] })).toEqual({ delivery: 7, by_s: 1_500, count: 2 });
});
