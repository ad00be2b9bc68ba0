import { expect, test } from "vitest";
import { momentOf } from "./moments.ts";

test("times are Nepal's wherever the browser is", () => {
  expect([momentOf("2026-11-28T14:00"), momentOf(""), momentOf("soon")]).toEqual(["2026-11-28T08:15:00.000Z", null, "soon"]);
});
