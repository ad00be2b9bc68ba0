import { expect, test } from "vitest";
import { GONE_AFTER_S, STALE_AFTER_S, asOf, liveSource, newestOfOthers, standingOf, whereaboutsOf } from "./sources.ts";

const ELSEWHERE = { latitude: 27.6710, longitude: 85.4298, accuracy: 0 };

const source = (age_s: number) => ({ from: "this_page" as const, age_s });

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

test("another app's position grows old while nothing is heard of the server: first doubtful, then gone", () => {
  const heard = Date.parse("2026-03-01T10:00:10Z");
  const known = { from: "other_app" as const, at: heard - 3_000, place: ELSEWHERE };
  const after = (s: number) => standingOf(liveSource(null, asOf(known, heard + s * 1_000)), 1_000, 1);
  expect(after(0)).toEqual({ state: "live", source: { from: "other_app", age_s: 3 } });
  expect([after(42).state, after(43).state, after(117).state, after(118).state]).toEqual(["live", "stale", "stale", "missing"]);
  expect(asOf(null, heard)).toBeNull();
});

test("the newest position of any other device says where it comes from, in whatever form its time is written", () => {
  const now = Date.parse("2026-03-01T10:00:10Z");
  const fix = (device: string, recorded_at: string) => ({ device, recorded_at, lat: ELSEWHERE.latitude, lon: ELSEWHERE.longitude, accuracy_m: null });
  const devices = [{ id: 7, name: "My phone", created_at: "", speed_unit: "auto" as const }];
  const of = (...fixes: ReturnType<typeof fix>[]) => newestOfOthers(fixes, "courier-own", devices);
  const own = fix("courier-own", "2026-03-01T10:00:09Z");
  expect(of(own)).toBeNull();
  expect(of(own, fix("bike-tracker", "2026-03-01T10:00:05Z"))).toEqual({ from: "other_app", at: now - 5_000, place: ELSEWHERE });
  expect(of(fix("osmand-7", "2026-03-01T10:00:05.5Z"), fix("bike-tracker", "2026-03-01T10:00:05Z"))?.from).toEqual({ app: "Traccar Client · My phone" });
  expect(of(fix("owntracks-6", "2026-03-01T10:00:08Z"))?.from).toEqual({ app: "OwnTracks" });
  expect(of(fix("courier-else", "2026-03-01T10:00:08Z"))?.from).toBe("other_page");
});

test("of this page's position and another device's the newer one is told", () => {
  const other = { from: { app: "OwnTracks" }, age_s: 8 };
  expect([liveSource(null, other)?.from, liveSource(3, other)?.from, liveSource(30, other)?.from]).toEqual([other.from, "this_page", other.from]);
  expect(liveSource(null, null)).toBeNull();
});

test("where the courier is, is what was measured last, by this phone or by another app, and an app's place of long ago is none", () => {
  const coords = { latitude: 27.7154, longitude: 85.3123, accuracy: 5, speed: null, heading: null };
  const now = { phone: 5_000_000, server: 9_000_000 }; // each by its own clock
  const own = (age_s: number) => ({ timestamp: now.phone - age_s * 1_000, coords });
  const other = (age_s: number) => ({ from: "other_app" as const, at: now.server - age_s * 1_000, place: ELSEWHERE });
  expect(whereaboutsOf(null, other(20), now)).toEqual(ELSEWHERE);
  expect([whereaboutsOf(own(5), other(20), now), whereaboutsOf(own(30), other(20), now)]).toEqual([coords, ELSEWHERE]);
  expect([whereaboutsOf(own(300), other(GONE_AFTER_S + 1), now), whereaboutsOf(null, other(GONE_AFTER_S + 1), now)]).toEqual([coords, undefined]);
  expect([whereaboutsOf(own(5), null, now), whereaboutsOf(null, null, now)]).toEqual([coords, undefined]);
});
