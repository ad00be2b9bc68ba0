import { expect, test } from "vitest";
import type { components } from "../shared/api.ts";
import { speaker } from "../shared/words.ts";
import { refundReason, wordOf, words } from "./speech.ts";

// A status that the API gains later is missing here by its type.
const DELIVERY: Record<components["schemas"]["DeliveryStatus"], true> = { available: true, assigned: true, picked_up: true, in_transit: true, delivered: true, cancelled: true };
const ORDER: Record<components["schemas"]["OrderStatus"], true> = { pending: true, confirmed: true, processing: true, shipped: true, delivered: true, completed: true, cancelled: true };

test("whatever a search finds says in Nepali how it stands", () => {
  const said = [...Object.keys(DELIVERY).map((one) => wordOf("delivery", one, speaker("ne", words))), ...Object.keys(ORDER).map((one) => wordOf("order", one, speaker("ne", words)))];
  expect(said.filter((one) => /[a-z]/i.test(one))).toEqual([]);
});

test("what a key may do, and why the server gave money back, is said in Nepali", () => {
  const say = speaker("ne", words);
  const scopes = ["events:read", "webhooks:write", "deliveries:read", "deliveries:write"].map((one) => wordOf("scope", one, say));
  const reasons = ["Package is back with its seller", "The order was cancelled", "The customer took only a part of it"].map((one) => refundReason(one, say));
  expect([...scopes, ...reasons].filter((one) => /[a-z]/i.test(one))).toEqual([]);
  expect(refundReason("It was the wrong colour", say)).toBe("It was the wrong colour");
});
