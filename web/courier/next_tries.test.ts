import { expect, test } from "vitest";
import { nextTryAt } from "./next_tries.ts";

const nepal = (text: string): number => Date.parse(`${text}:00+05:45`);

test("a parcel is tried again in three hours, tomorrow at ten, or nobody knows when", () => {
  const now = nepal("2026-11-30T15:20");
  expect(nextTryAt("later", now)).toBe(nepal("2026-11-30T18:20"));
  expect(nextTryAt("tomorrow", now)).toBe(nepal("2026-12-01T10:00"));
  expect(nextTryAt("unknown", now)).toBeNull();
});
