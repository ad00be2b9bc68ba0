import { expect, test } from "vitest";
import { choicesOf } from "./windows_to_choose.ts";

const nepal = (text: string): number => Date.parse(`${text}:00+05:45`);

test("what can be chosen begins in an hour or later, and today's evening is offered in the afternoon", () => {
  const choices = choicesOf(nepal("2026-11-30T14:30"));
  expect(choices).toHaveLength(6);
  expect(choices[0]).toEqual({ starts_at: nepal("2026-11-30T16:00"), ends_at: nepal("2026-11-30T20:00") });
  expect(choicesOf(nepal("2026-11-30T23:00"))[0]?.starts_at).toBe(nepal("2026-12-01T08:00"));
});
