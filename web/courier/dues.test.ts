import { expect, test } from "vitest";
import { dueWords, pastDueS, pressingWords } from "./dues.ts";
import type { CourierSay } from "./words.ts";

const NOW = Date.parse("2026-12-01T10:00:00Z");
const say = ((key: string, values: Record<string, unknown> = {}) => `${key} ${Object.values(values).join(" ")}`.trim()) as unknown as CourierSay;
const telling = { now: NOW, language: "en", say } as const;
const wanted = (pickup: string | null, door: string | null, priority: "normal" | "urgent" = "normal") => ({
  requested_pickup_date: pickup && `2026-12-01T${pickup}:00Z`,
  requested_delivery_date: door && `2026-12-01T${door}:00Z`,
  priority,
});

test("a parcel whose time is over is said to be past due, by the time that is over for longest", () => {
  expect([pastDueS(wanted(null, "09:32"), NOW), pastDueS(wanted("09:00", "09:32"), NOW), pastDueS(wanted(null, "10:30"), NOW), pastDueS(wanted(null, null), NOW)]).toEqual([1680, 3600, null, null]);
  expect(pressingWords(wanted(null, "09:32"), telling)).toMatch(/^due\.past .*28$/);
  expect(pressingWords(wanted(null, "10:30", "urgent"), telling)).toBe("priority.urgent");
  expect(pressingWords(wanted(null, null), telling)).toBe("");
});

test("what is still to come says by when, at the pickup and at the door", () => {
  expect(dueWords(wanted("10:15", "10:45"), telling)).toEqual(["due.pickup 16:00", "due.door 16:30"]);
  expect(dueWords(wanted("09:00", "10:45"), telling)).toEqual(["due.door 16:30"]);
  expect(dueWords(wanted(null, null), telling)).toEqual([]);
});
