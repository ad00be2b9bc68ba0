import { expect, test } from "vitest";
import { READS_MS, Reading, Steady, TOUCHED_MS } from "./steady.ts";

const rows = (...ids: number[]) => ids.map((id) => ({ id }));
const list = () => new Steady<{ id: number }>((row) => row.id);
const ids = (all: readonly { id: number }[]) => all.map((row) => row.id);

test("while somebody reads, rows stay where they are: what is new comes last and what has gone leaves", () => {
  const steady = list();
  expect([ids(steady.rows(rows(1, 2, 3), true)), steady.changed]).toEqual([[1, 2, 3], false]);
  expect([ids(steady.rows(rows(4, 3, 1), true)), steady.changed]).toEqual([[1, 3, 4], true]);
  expect([ids(steady.rows(rows(4, 3, 1), false)), steady.changed]).toEqual([[4, 3, 1], false]);
});

test("whoever lists something else has it in its own order at once", () => {
  const steady = list();
  steady.rows(rows(1, 2), true, "all");
  expect(ids(steady.rows(rows(2, 1), true, "late"))).toEqual([2, 1]);
  expect(ids(steady.rows(rows(1, 2), true, "late"))).toEqual([2, 1]);
});

test("a list is read while the pointer or the focus is in it and does something, and a moment after a finger", () => {
  let now = 0;
  const reading = new Reading(() => now);
  expect(reading.on).toBe(false);
  reading.touch("pointer");
  now += READS_MS - 1;
  expect(reading.on).toBe(true);
  now += 1;
  expect(reading.on).toBe(false); // a pointer that rests there reads nothing
  reading.touch("focus");
  reading.leave("pointer");
  now += TOUCHED_MS;
  expect(reading.on).toBe(true);
  reading.leave("focus");
  expect(reading.on).toBe(false);
  reading.touch();
  expect(reading.on).toBe(true);
  reading.done();
  expect(reading.on).toBe(false);
});
