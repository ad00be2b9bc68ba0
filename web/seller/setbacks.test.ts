import { expect, test } from "vitest";
import { speaker } from "../shared/words.ts";
import { KINDS, goodsWords, refundWords, whereWords } from "./setbacks.ts";
import { words } from "./speech.ts";

const say = speaker("en", words);
const now = Date.parse("2026-11-28T08:00:00Z");
const back = { kind: "coming_back", delivery_status: "available", transporter: null, expected_at: null } as const;

test("a return says who has it and when it is there, as far as that is known", () => {
  const told = (changes: object): string => whereWords({ ...back, ...changes }, now, "en", say);
  expect(told({})).toBe("Waits at the buyer's for a courier");
  expect(told({ delivery_status: "assigned", transporter: "Ram" })).toBe("Ram fetches it at the buyer's");
  expect(told({ delivery_status: "picked_up", transporter: "Ram", expected_at: "2026-11-28T09:00:00Z" })).toBe("Ram brings it to you, about 14:45");
  expect(told({ delivery_status: "in_transit", transporter: "Ram" })).toBe("Ram brings it to you");
  expect(told({ kind: "on_hold" })).toBe("Waits until it is resumed");
  for (const kind of KINDS) expect(told({ kind })).not.toContain("setback.");
});

test("money that has not gone back is not said to have gone", () => {
  const told = (kind: "coming_back" | "lost", refund_status: "succeeded" | "requested" | "failed" | null): string =>
    refundWords({ kind, refund_status, refunded: refund_status === null ? null : "500.00" }, "en", say);
  expect(told("coming_back", null)).toBe("Goes back to the buyer once the goods are with you");
  expect(told("lost", null)).toBe("Nothing goes back");
  expect(told("lost", "succeeded")).toBe("NPR\u00a0500.00 went back to the buyer");
  expect(told("lost", "requested")).toBe("NPR\u00a0500.00 is on its way back to the buyer");
  expect(told("lost", "failed")).toBe("NPR\u00a0500.00 could not be given back yet; an admin looks into it");
});

test("goods that are gone are never said to be on sale", () => {
  expect(goodsWords({ kind: "lost", restocks: true }, say)).toBe("Not on sale again");
  expect(goodsWords({ kind: "in_part", restocks: null }, say)).toBe("Not on sale again");
  expect(goodsWords({ kind: "coming_back", restocks: true }, say)).toBe("On sale again once they are with you");
  expect(goodsWords({ kind: "back", restocks: false }, say)).toBe("Not put on sale again, as it was asked");
});
