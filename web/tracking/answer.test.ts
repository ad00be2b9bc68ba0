import { expect, test } from "vitest";
import { ArrivalPromise } from "../shared/promises.ts";
import { speaker } from "../shared/words.ts";
import cases from "./answer.cases.json"; // the server is held to the same: tests/http/test_tracking_view.py
import { answerOf, whatOf } from "./answer.tsx";
import type { Seen } from "./following_parcel.ts";
import { type Parcel, windowOf } from "./parcel.ts";
import { story } from "./story.ts";

const BARE = { status: "in_transit", eta: null, estimated_delivery_time: null, tracking_history: [], attempts: [], next_try: null, events: [], package_details: { weight: 1, fragile: false } };

test.each(cases)("the page answers, and tells what happened, as the server does: $name", (one) => {
  const parcel = { ...BARE, ...one.parcel } as unknown as Parcel;
  const now = Date.parse(one.now);
  const seen: Seen = { parcel, window: new ArrivalPromise().update(windowOf(parcel.eta), now), changes: [], fix: null, liveness: "live", lostAt: null };
  for (const language of ["en", "ne"] as const) {
    const say = speaker(language);
    const told = story({ parcel, changes: [] }, now, language, say).map(({ when, text }) => `${when} ${text}`);
    expect({ answer: answerOf(seen, now, language, say), what: whatOf(parcel, say), story: told }).toEqual(one[language]);
  }
});
