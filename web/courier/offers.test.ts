import { describe, expect, it } from "vitest";
import { answerable, secondsLeft, shareLeft } from "./offers.ts";

const at = (time: string): number => Date.parse(`2026-11-28T${time}Z`);
const offer = (opens: string, deadline: string) => ({ opens_at: `2026-11-28T${opens}Z`, deadline: `2026-11-28T${deadline}Z` });

describe("an offer's countdown", () => {
  const open = offer("10:00:00", "10:00:30");

  it("says the whole seconds that are left, rounded up", () => {
    expect(secondsLeft(open, at("10:00:00"))).toBe(30);
    expect(secondsLeft(open, at("10:00:29.500"))).toBe(1);
    expect(secondsLeft(open, at("10:00:30"))).toBe(0);
  });

  it("never goes below nothing, and never above the whole", () => {
    expect(secondsLeft(open, at("11:00:00"))).toBe(0);
    expect(shareLeft(open, at("11:00:00"))).toBe(0);
    expect(shareLeft(open, at("09:59:59"))).toBe(1);
    expect(shareLeft(open, at("10:00:15"))).toBe(0.5);
  });

  it("drops what can no longer be answered, and puts first what ends first", () => {
    const later = offer("10:00:00", "10:01:00");
    expect(answerable([later, open], at("10:00:10"))).toEqual([open, later]);
    expect(answerable([later, open], at("10:00:30"))).toEqual([later]);
  });
});
