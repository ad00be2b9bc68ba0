import { expect, test } from "vitest";
import { REASONS, TROUBLES, nextTryAt, reasonOf } from "./next_tries.ts";

const nepal = (text: string): number => Date.parse(`${text}:00+05:45`);

test("a parcel is tried again in three hours, tomorrow at ten, or nobody knows when", () => {
  const now = nepal("2026-11-30T15:20");
  expect(nextTryAt("later", now)).toBe(nepal("2026-11-30T18:20"));
  expect(nextTryAt("tomorrow", now)).toBe(nepal("2026-12-01T10:00"));
  expect(nextTryAt("unknown", now)).toBeNull();
});

test("a reason that is not offered any more is not the one that is sent", () => {
  expect([reasonOf("closed", REASONS), reasonOf("closed", TROUBLES), reasonOf("lost", TROUBLES)]).toEqual(["closed", "damaged", "lost"]);
});
