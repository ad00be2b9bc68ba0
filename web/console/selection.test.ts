import { expect, test } from "vitest";
import { NOTHING, joined, stretched, turned } from "./selection.ts";

const ROWS = [10, 20, 30, 40, 50];

test("what is chosen one by one keeps the order in which it was chosen", () => {
  let chosen = turned(turned(turned(NOTHING, 30), 10), 50);
  expect([...chosen.ticked]).toEqual([30, 10, 50]);
  chosen = turned(chosen, 10);
  expect([...chosen.ticked]).toEqual([30, 50]);
});

test("a stretch goes from what was turned last to a row, whichever way, and its end may be moved", () => {
  let chosen = stretched(turned(NOTHING, 20), ROWS, 40);
  expect([...chosen.ticked]).toEqual([20, 30, 40]);
  chosen = stretched(chosen, ROWS, 30);
  expect([...chosen.ticked]).toEqual([20, 30]);
  chosen = stretched(chosen, ROWS, 10);
  expect([...chosen.ticked]).toEqual([20, 10]);
});

test("what was chosen before a stretch stays chosen and stays first", () => {
  const chosen = stretched(turned(turned(NOTHING, 50), 10), ROWS, 30);
  expect([...chosen.ticked]).toEqual([50, 10, 20, 30]);
});

test("a stretch begins at what is looked at where nothing was turned, and else at its own end", () => {
  expect([...stretched(NOTHING, ROWS, 30, 20).ticked]).toEqual([20, 30]);
  expect([...stretched(NOTHING, ROWS, 30, 99).ticked]).toEqual([30]);
  expect([...stretched(turned(NOTHING, 99), ROWS, 20, 10).ticked]).toEqual([99, 10, 20]); // what was turned is no longer listed
  expect(stretched(NOTHING, ROWS, 99)).toBe(NOTHING);
});

test("many at once come after what was chosen already, each once", () => {
  expect([...joined(turned(NOTHING, 30), [10, 30, 20]).ticked]).toEqual([30, 10, 20]);
});
