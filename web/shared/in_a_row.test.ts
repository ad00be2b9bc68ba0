import { expect, test } from "vitest";
import { inARow } from "./in_a_row.ts";

test("a row has a dot between its parts alone, at which no line can begin", () => {
  expect(inARow(["350 m", "", null, " ", "2.5 kg", undefined, "NPR 100"])).toBe("350 m\u00a0· 2.5 kg\u00a0· NPR 100");
  expect([inARow(["", "2.5 kg"]), inARow([]), inARow([null])]).toEqual(["2.5 kg", "", ""]);
});
