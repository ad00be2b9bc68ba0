import { expect, test } from "vitest";
import { GONE_AFTER_S, STALE_AFTER_S, standingOf } from "./sources.ts";

const source = (age_s: number) => ({ name: null, age_s });

test("a position is live, then doubtful, then missing", () => {
  const states = [0, STALE_AFTER_S, STALE_AFTER_S + 1, GONE_AFTER_S, GONE_AFTER_S + 1].map((age_s) => standingOf(source(age_s), 1_000, 1).state);
  expect(states).toEqual(["live", "live", "stale", "stale", "missing"]);
});

test("whoever has just come on duty is told calmly that there is no position yet, and with parcels in earnest later", () => {
  const urgency = (wanted_s: number, jobs: number) => {
    const standing = standingOf(null, wanted_s, jobs);
    return standing.state === "missing" ? standing.urgency : standing.state;
  };
  expect([urgency(0, 0), urgency(0, 2), urgency(GONE_AFTER_S, 2)]).toEqual(["calm", "calm", "calm"]);
  expect([urgency(GONE_AFTER_S + 1, 0), urgency(GONE_AFTER_S + 1, 2)]).toEqual(["soon", "now"]);
});
