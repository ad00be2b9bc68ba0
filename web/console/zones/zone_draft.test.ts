import { expect, test } from "vitest";
import { type Zone, areaOf } from "./geojson.ts";
import { bodyOf, changesOf, differences, draftOf, foundOf, isUnread, rebased, withTyped } from "./zone_draft.ts";

const zone = {
  id: 7, name: "Thamel", area: areaOf([[85.3, 27.7], [85.31, 27.7], [85.31, 27.71]], []), area_km2: 0.5, mode: null, rolling: false, tick_s: 20, radius_km: null, weights: null, fees: null, capacity: 5, paused_at: null, pause_reason: "", version: 3,
} as Zone;
const draft = draftOf(foundOf(zone));

test("only what was changed is sent, so that a change of somebody else's field is not undone", () => {
  expect(changesOf(draft, zone)).toEqual({ version: 3 });
  expect(changesOf({ ...draft, radius_km: "2.5", tick_s: "" }, zone)).toEqual({ radius_km: 2.5, tick_s: null, version: 3 });
  expect(changesOf({ ...draft, rolling: true }, zone)).toEqual({ rolling: true, version: 3 });
  expect(changesOf({ ...draft, fee_per_km: "12.5", capacity: "" }, zone)).toEqual({ fees: { base: 0, per_km: 12.5 }, capacity: null, version: 3 });
  expect(changesOf({ ...draft, own_weights: true, weights: { ...draft.weights, rating: "" } }, zone)).toEqual({ weights: { distance: 1, rating: 0, capacity: 1, workload: 1 }, version: 3 });
});

test("a new zone is sent whole, and what is left empty follows the settings", () => {
  expect(bodyOf({ ...draft, name: " Patan " })).toEqual({ name: "Patan", area: zone.area, mode: null, rolling: false, tick_s: 20, radius_km: null, weights: null, fees: null, capacity: 5 });
});

test("what somebody else changed meanwhile is named", () => {
  expect(differences(zone, { ...zone, name: "Thamel North", mode: "waves", version: 4 })).toEqual(["name", "mode"]);
  expect(differences(zone, { ...zone, paused_at: "2026-11-29T00:00:00Z", version: 4 })).toEqual([]);
});

test("a draft goes over what somebody else changed with its own changes alone", () => {
  const latest = { ...zone, name: "Thamel North", tick_s: 30, version: 4 };
  const mine = rebased({ ...draft, tick_s: "10", radius_km: "2" }, zone, latest);
  expect(changesOf(mine, latest)).toEqual({ tick_s: 10, radius_km: 2, version: 4 });
});

test("what is no number is sent as it was typed, so that the server names its field", () => {
  expect(changesOf({ ...draft, radius_km: "far" }, zone)).toEqual({ radius_km: "far", version: 3 });
});

test("typed corners are drawn as soon as they can be read, and what cannot is kept as it was typed", () => {
  const typed = withTyped(draft, "27.7, 85.3\n27.7, 85.4\n27.8, 85.4");
  expect([typed, withTyped(draft, "27.7, 85.3\n27.7, ")].map(isUnread)).toEqual([false, true]);
  expect(typed.outline).toEqual([[85.3, 27.7], [85.4, 27.7], [85.4, 27.8]]);
  const broken = withTyped(typed, "27.7, 85.3\n27.7, ");
  expect([broken.outline, broken.typed]).toEqual([typed.outline, "27.7, 85.3\n27.7, "]);
});
