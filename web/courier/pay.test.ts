import { expect, test } from "vitest";
import { ownPart, payWords } from "./pay.ts";
import type { CourierSay } from "./words.ts";

const say = ((key: string, values: Record<string, unknown>) => `${key} ${Object.values(values).join(" of ")}`) as unknown as CourierSay;
const kept = (commission_rate: string) => ({ commission_rate });

test("of a fee the courier is told their own part, to the paisa that the earnings count", () => {
  expect([ownPart("93.20", kept("0.10")), ownPart(86, kept("0.10")), ownPart("100.05", kept("0.10")), ownPart("0.05", kept("0.5"))]).toEqual([83.88, 77.4, 90.05, 0.03]);
  expect(payWords("93.20", kept("0.10"), "en", say)).toBe("pay NPR\u00a083.88 of NPR\u00a093.20");
});

test("where nothing is kept, or nobody knows yet, the fee is told alone", () => {
  expect([payWords("93.20", kept("0"), "en", say), payWords("93.20", null, "en", say)]).toEqual(["fee NPR\u00a093.20", "fee NPR\u00a093.20"]);
});
