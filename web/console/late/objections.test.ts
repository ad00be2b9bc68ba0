import { expect, test } from "vitest";
import { decisionOf } from "./objections.ts";

test("a decision goes where it is taken, and an amount only with what is damaged", () => {
  expect(decisionOf(5, "reject", "It was there", "20")).toEqual({ path: "/api/objections/5/reject/", body: { reason: "It was there" } });
  expect(decisionOf(5, "lost", "Another door", "20")).toEqual({ path: "/api/objections/5/uphold/", body: { ending: "lost", reason: "Another door" } });
  expect(decisionOf(5, "damaged", "Broken", "20.50")).toEqual({ path: "/api/objections/5/uphold/", body: { ending: "damaged", reason: "Broken", amount: 20.5 } });
  expect(decisionOf(5, "damaged", "Broken", "").body).toEqual({ ending: "damaged", reason: "Broken" });
});
