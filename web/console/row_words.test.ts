import { expect, test } from "vitest";
import { delivery } from "../testing/console_frames.ts";
import { speaker } from "../shared/words.ts";
import type { DeliveryFrame } from "./frames.ts";
import { lateness } from "./exceptions.ts";
import { rowWords } from "./row_words.ts";
import { words } from "./words.ts";

const NOW = Date.parse("2026-11-28T11:00:00Z"); // 16:45 in Nepal
const say = speaker("en", words);
const row = (some: Partial<DeliveryFrame>, who: string | null = null) => {
  const one = delivery(1, some);
  return rowWords({ delivery: one, late_ms: lateness(one, NOW), silent: false }, who, NOW, say, "en");
};
const created_at = "2026-11-28T10:18:00Z";

test("each row that waits says how long, whatever else is said of it", () => {
  expect(row({ created_at })).toEqual({ lead: "", between: ["Waiting for a courier"], when: "waiting 42 min", more: "" });
  expect(row({ created_at, due_at: "2026-11-28T12:00:00Z", priority: "urgent" })).toEqual({ lead: "due 17:45", between: ["urgent"], when: "waiting 42 min", more: "" });
  expect(row({ created_at, due_at: "2026-11-28T10:40:00Z" })).toEqual({ lead: "20 min past due", between: [], when: "waiting 42 min", more: "due 16:25" });
  expect(row({ created_at, attempt: { number: 1, reason: "closed", at: created_at } }).between.at(-1)).toBe("waiting 42 min");
});

test("what can be fetched only later waits for nobody yet", () => {
  expect(row({ created_at, pickup_from: "2026-11-28T13:00:00Z" }).when).toBe("from 18:45");
});

test("lateness leads, and the name of who has it gives way to it", () => {
  const late = row({ status: "in_transit", transporter_id: 1, due_at: "2026-11-28T10:40:00Z" }, "Ram Bahadur Thapa Magar");
  expect(late).toEqual({ lead: "20 min past due", between: ["Ram Bahadur Thapa Magar", "On the way"], when: "", more: "due 16:25" });
  const in_time = row({ status: "in_transit", transporter_id: 1, due_at: "2026-11-28T12:40:00Z", expected_at: "2026-11-28T12:00:00Z" }, "Ram Thapa");
  expect(in_time).toEqual({ lead: "", between: ["Ram Thapa", "On the way", "expected 17:45"], when: "due 18:25", more: "" });
});

test("what a person holds says until when", () => {
  const held = row({ created_at, due_at: "2026-11-28T12:00:00Z", on_hold: { since: created_at, until: "2026-11-28T11:30:00Z" } });
  expect(held).toEqual({ lead: "", between: ["on hold until 17:15"], when: "due 17:45", more: "" });
});
