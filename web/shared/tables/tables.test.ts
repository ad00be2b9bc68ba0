import { expect, test } from "vitest";
import words from "./words.json";
import { COLUMNS, type Kind, NEEDED, isLarge, leftOut, linesOf, mayBeWritten, pathOf } from "./tables.ts";

const looked = (some: object) => ({ rows: 3, bad: 0, made: 2, changed: 1, ...some });

test("a table with a wrong row is written only where the wrong ones are left out, and one that changes nothing never", () => {
  expect([mayBeWritten(looked({}), false), mayBeWritten(looked({ bad: 1 }), false), mayBeWritten(looked({ bad: 1 }), true)]).toEqual([true, false, true]);
  expect([mayBeWritten(looked({ made: 0, changed: 0 }), false), mayBeWritten(looked({ rows: 0, made: 0, changed: 0 }), true)]).toEqual([false, false]);
});

test("it is looked at unless it is said otherwise, and keeps its name", () => {
  expect(pathOf("products", { dry: true, skip: false, name: "my goods & more.csv" })).toBe("/api/imports/products/?dry_run=true&skip_bad_rows=false&file_name=my+goods+%26+more.csv");
});

test("each row stands once, in the order of the file, with all that is wrong with it", () => {
  const told = [{ row: 5, external_id: "b", title: "Tea", outcome: "made" as const, columns: [] }, { row: 2, external_id: "a", title: "Rice", outcome: "changed" as const, columns: ["name"] }];
  const problems = [{ row: 3, column: "name", detail: "must" }, { row: 3, column: "stock", detail: "must" }];
  const lines = linesOf({ told, problems, wrong: [{ row: 3, external_id: "c", title: "Salt" }] });
  expect(lines.map(({ row, outcome }) => [row, outcome])).toEqual([[2, "changed"], [3, "bad"], [5, "made"]]);
  expect(lines[1]?.problems).toHaveLength(2);
  expect(lines.map(({ name }) => name)).toEqual(["Rice · a", "Salt · c", "Tea · b"]);
  const names = [{ row: 3, external_id: "c", title: "" }, { row: 3, external_id: "c", title: "c" }, { row: 3, external_id: "", title: "" }];
  expect(names.map((one) => linesOf({ told: [], problems, wrong: [one] })[0]?.name)).toEqual(["c", "c", ""]);
  expect(linesOf({ told: [], problems })[0]?.name).toBe(""); // of a table that was handed in before nobody knows any more
});

test("columns that a table has not are named, since what they say stays as it is", () => {
  expect(leftOut("products", ["external_id", "name", "listed_price", "stock", "category"])).toEqual(["discounted_price", "weight_kg", "description", "tax_class", "images", "is_active"]);
});

test("every column of every kind of table is described, and what is needed is one of them", () => {
  const kinds = Object.keys(COLUMNS) as Kind[];
  const described = Object.keys(words.en).filter((key) => key.startsWith("column."));
  expect(described.sort()).toEqual(kinds.flatMap((kind) => COLUMNS[kind].map((name) => `column.${kind}.${name}`)).sort());
  for (const kind of kinds) expect(COLUMNS[kind]).toEqual(expect.arrayContaining([...NEEDED[kind]]));
});

test("a large file is taken by a job", () => {
  expect([isLarge({ size: 50_000 }), isLarge({ size: 50_001 })]).toEqual([false, true]);
});
