import { expect, test } from "vitest";
import { COLUMNS, mayBeWritten, pathOf, template } from "./imports.ts";

const looked = (some: object) => ({ rows: 3, bad: 0, made: 2, changed: 1, ...some });

test("a table with a wrong row is written only where the wrong ones are left out, and one that changes nothing never", () => {
  expect([mayBeWritten(looked({}), false), mayBeWritten(looked({ bad: 1 }), false), mayBeWritten(looked({ bad: 1 }), true)]).toEqual([true, false, true]);
  expect([mayBeWritten(looked({ made: 0, changed: 0 }), false), mayBeWritten(looked({ rows: 0, made: 0, changed: 0 }), true)]).toEqual([false, false]);
});

test("the table to begin with has a cell for each column", async () => {
  const rows = (await template().text()).trim().split("\r\n");
  expect(rows.map((row) => row.split(",").length)).toEqual([COLUMNS.length, COLUMNS.length]);
});

test("it is looked at unless it is said otherwise", () => {
  expect(pathOf({ dry: true, skip: false })).toBe("/api/imports/products/?dry_run=true&skip_bad_rows=false");
});
