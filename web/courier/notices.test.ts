import { expect, test } from "vitest";
import { isNews, noticeOf, noticeOfDone, stillHolds } from "./notices.ts";
import type { ServerFrame } from "./ping_sender.ts";

const frame = (some: object): ServerFrame => some as ServerFrame;
const said = (some: object): unknown => {
  const told = frame(some);
  return isNews(told) ? noticeOf(told, [{ id: 7, delivery_address: "Thamel" }]) : "no news";
};

test("a parcel that is taken away is named, also where the page never knew it, and not where the courier gave it back", () => {
  expect(said({ type: "withdrawal", delivery_id: 7, reason: "reassigned" })).toMatchObject({ key: "notice.withdrawn", title: "Thamel" });
  expect(said({ type: "withdrawal", delivery_id: 8, reason: "reassigned" })).toMatchObject({ title: "#8" });
  expect(said({ type: "withdrawal", delivery_id: 7, reason: "given_back" })).toBeNull();
});

test("what the page shows by itself has no notice, and what is no news none either", () => {
  expect([said({ type: "offer" }), said({ type: "priority", delivery_id: 7 }), said({ type: "duty", why: "break_over" })]).toMatchObject([null, "no news", { key: "notice.break_over" }]);
});

test("what was delivered in one go is told as one, with what all of it pays, and without a sum where a part of it is not known", () => {
  const done = (delivery_id: number): { kind: "deliver"; title: string; delivery_id: number } => ({ kind: "deliver", title: "Thamel", delivery_id });
  const jobs = [{ id: 1, delivery_fee: 150 }, { id: 2, delivery_fee: 80.5 }];
  expect(noticeOfDone([done(1), done(2)], jobs)).toEqual({ key: "notice.delivered", title: "Thamel", delivery_id: 1, count: 2, fee: 230.5 });
  expect(noticeOfDone([done(1), done(3)], jobs)?.fee).toBeNull();
  expect(noticeOfDone([{ ...done(1), kind: "pickup" }], jobs)).toBeNull();
});

test("a notice goes where what the server says since makes it untrue, as after a step on another phone of the same courier", () => {
  const told = (key: "notice.assigned" | "notice.withdrawn" | "notice.unanswered_offers" | "notice.delivered", delivery_id = 7): Parameters<typeof stillHolds>[0] => ({ key, title: "Thamel", delivery_id });
  const [fresh, carried] = [[{ id: 7, status: "assigned" as const }], [{ id: 7, status: "picked_up" as const }]];
  expect([fresh, carried, []].map((known) => stillHolds(told("notice.assigned"), known, true))).toEqual([true, false, false]);
  expect([[], fresh].map((known) => stillHolds(told("notice.withdrawn"), known, true))).toEqual([true, false]);
  expect([false, true].map((on_duty) => stillHolds(told("notice.unanswered_offers", 0), [], on_duty))).toEqual([true, false]);
  expect(stillHolds(told("notice.delivered"), [], true)).toBe(true);
});
