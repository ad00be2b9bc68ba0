import { expect, test } from "vitest";
import { ArrivalPromise, rounded } from "./promises.ts";

const MINUTE = 60_000;
const window = (from: number, to: number): { earliest: number; latest: number } => ({ earliest: from * MINUTE, latest: to * MINUTE });

test("far off it is rounded outwards to five minutes, near to one", () => {
  expect(rounded(window(41.5, 52.5), 0)).toEqual(window(40, 55));
  expect(rounded(window(11.5, 14.2), 0)).toEqual(window(11, 15));
});

test("an estimate that wavers changes nothing that is shown", () => {
  const promise = new ArrivalPromise();
  const first = promise.update(window(40, 55), 0);
  for (const by of [1, -1, 1.9, -1.9]) expect(promise.update(window(40 + by, 55 + by), MINUTE)).toEqual(first);
  expect(promise.changes).toEqual([]);
});

test("many small steps in one direction do move it", () => {
  const promise = new ArrivalPromise();
  let shown = promise.update(window(40, 55), 0);
  for (let by = 1; by <= 20; by += 1) shown = promise.update(window(40 + by, 55 + by), 0);
  expect(shown?.latest).toBeGreaterThanOrEqual(72 * MINUTE);
});

test("a promise that is broken by five minutes or more stays visible beside the new one", () => {
  const promise = new ArrivalPromise();
  promise.update(window(40, 55), 0);
  promise.update(window(55, 75), 3 * MINUTE);
  expect(promise.changes).toEqual([{ before: window(40, 55), after: window(55, 75), at: 3 * MINUTE }]);
});

test("good news is shown and not counted as a broken promise", () => {
  const promise = new ArrivalPromise();
  promise.update(window(40, 55), 0);
  expect(promise.update(window(25, 35), MINUTE)).toEqual(window(25, 35));
  expect(promise.changes).toEqual([]);
});

test("without an estimate the last promise stands", () => {
  const promise = new ArrivalPromise();
  expect(promise.update(null, 0)).toBeNull();
  const first = promise.update(window(40, 55), 0);
  expect(promise.update(null, MINUTE)).toEqual(first);
});

test("a page that is loaded again shows the same", () => {
  const before = new ArrivalPromise();
  before.update(window(40, 55), 0);
  const shown = before.update(window(55, 75), 3 * MINUTE);
  const after = new ArrivalPromise(JSON.parse(JSON.stringify(before.kept)));
  expect(after.update(window(56, 76), 4 * MINUTE)).toEqual(shown);
  expect(after.changes).toEqual(before.changes);
});

test("what was told keeps the stops that were before it then, however many there are later", () => {
  const promise = new ArrivalPromise();
  promise.update({ ...window(40, 55), stops_before: 0 }, 0);
  promise.update({ ...window(40, 55), stops_before: 1 }, MINUTE);
  promise.update({ ...window(70, 90), stops_before: 3 }, 2 * MINUTE);
  expect(promise.changes.map((one) => [one.before.stops_before, one.after.stops_before])).toEqual([[0, 3]]);
});
