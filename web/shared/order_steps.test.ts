import { expect, test } from "vitest";
import { orderStepWords } from "./order_steps.ts";
import { speaker } from "./words.ts";

test("what happened to an order is told in the server's words in English, and by what its state means in Nepali", () => {
  const step = { status: "pending", message: "Order created successfully" } as Parameters<typeof orderStepWords>[0];
  expect(orderStepWords(step, "en", speaker("en"))).toBe("Order created successfully");
  expect(orderStepWords(step, "ne", speaker("ne"))).toBe("अर्डर भयो");
  const moved = { status: "confirmed", message: "Delivery address changed" } as typeof step;
  expect([orderStepWords(moved, "en", speaker("en")), orderStepWords(moved, "ne", speaker("ne"))]).toEqual(["Delivery address changed", "ठेगाना बदलियो"]);
});
