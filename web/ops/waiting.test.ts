import { expect, test } from "vitest";
import { queuesOf, waitsOf } from "./waiting.ts";

test("what a part of the server did not answer is not known, and not nothing", () => {
  expect(waitsOf({ dead_letters: { payments: 1, messages: 2 }, payments_open: { processing: 4, held: 1 } })).toEqual({ dead: 3, held: 1 });
  expect(waitsOf({ dead_letters: { payments: 0 }, payments_open: { processing: 4 } })).toEqual({ dead: 0, held: 0 });
  expect(waitsOf({ dead_letters: {}, payments_open: {} })).toEqual({ dead: null, held: null });
});

test("the queues in which something waits come first, the longest before, and the rest are only counted", () => {
  expect(queuesOf({ payments: 0, refunds: 12.4, messages: 0.3, webhooks: 90 })).toEqual({ waits: [["webhooks", 90], ["refunds", 12.4]], empty: ["payments", "messages"] });
  expect(queuesOf({})).toEqual({ waits: [], empty: [] });
});
