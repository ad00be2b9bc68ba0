import { expect, test } from "vitest";
import { ArrivalPromise } from "../shared/promises.ts";
import { speaker } from "../shared/words.ts";
import cases from "./answer.cases.json"; // the server is held to the same: tests/http/test_tracking_view.py
import { answerOf, lateOf, statusOf, stopsOf, whatOf } from "./answer.tsx";
import type { Seen } from "./following_parcel.ts";
import { type Parcel, windowOf } from "./parcel.ts";
import { story } from "./story.ts";
import words from "./words.json";

const BARE = { status: "in_transit", ending: null, return_ended: null, tries_left: 3, ended_at: null, eta: null, estimated_delivery_time: null, requested_delivery_date: null, planned_delivery_time: null, tracking_history: [], attempts: [], next_try: null, on_hold: null, events: [], package_details: { weight: 1, fragile: false } };

test.each(cases)("the page answers, and tells what happened, as the server does: $name", (one) => {
  const parcel = { ...BARE, ...one.parcel } as unknown as Parcel;
  const now = Date.parse(one.now);
  const seen: Seen = { parcel, window: new ArrivalPromise().update(windowOf(parcel.eta), now), stops_before: parcel.eta?.stops_before ?? 0, changes: [], fix: null, liveness: "live", lostAt: null };
  for (const language of ["en", "ne"] as const) {
    const say = speaker(language, words);
    const told = story({ parcel, changes: [] }, now, language, say).map(({ when, text }) => `${when} ${text}`);
    expect({ answer: answerOf(seen, now, language, say), what: whatOf(parcel, say), stops: stopsOf(seen, now, say), status: statusOf(parcel, now, say), late: lateOf(seen, now, language, say), story: told }).toEqual({ late: "", ...one[language] });
  }
});

test("a promise that more stops have moved says so, and one that moved by itself does not", () => {
  const minute = 60_000;
  const now = Date.parse("2026-11-28T08:00:00Z");
  const window = (from: number, stops_before?: number) => ({ earliest: now + from * minute, latest: now + (from + 15) * minute, ...(stops_before === undefined ? {} : { stops_before }) });
  const told = (before: number | undefined, after: number, language: "en" | "ne" = "en"): string | undefined => {
    const changes = [{ before: window(5, before), after: window(35, after), at: now }];
    return story({ parcel: BARE as unknown as Parcel, changes }, now, language, speaker(language, words))[0]?.text;
  };
  expect(told(0, 2)).toBe("Time changed: 13:50–14:05 → 14:20–14:35, 2 stops first");
  expect(told(0, 1)).toBe("Time changed: 13:50–14:05 → 14:20–14:35, one stop first");
  expect(told(0, 2, "ne")).toBe("समय बदलियो: १३:५०–१४:०५ → १४:२०–१४:३५, पहिले २ ठाउँ");
  expect(told(2, 2)).toBe("Time changed: 13:50–14:05 → 14:20–14:35");
  expect(told(undefined, 2)).toBe("Time changed: 13:50–14:05 → 14:20–14:35");
});
