import { expect, test } from "vitest";
import { orderStepWords } from "./order_steps.ts";
import { speaker } from "./words.ts";

test("what happened to an order is told as people say it, not as the server writes it for programs", () => {
  const step = { status: "pending", message: "Order created successfully" } as Parameters<typeof orderStepWords>[0];
  expect(orderStepWords(step, "en", speaker("en"))).toBe("Ordered");
  const paid = { status: "confirmed", message: "Payment confirmed" } as typeof step;
  expect([orderStepWords(paid, "en", speaker("en")), orderStepWords(paid, "ne", speaker("ne"))]).toEqual(["Paid", "भुक्तानी भयो"]);
  expect(orderStepWords(step, "ne", speaker("ne"))).toBe("अर्डर भयो");
  const moved = { status: "confirmed", message: "Delivery address changed" } as typeof step;
  expect([orderStepWords(moved, "en", speaker("en")), orderStepWords(moved, "ne", speaker("ne"))]).toEqual(["Delivery address changed", "ठेगाना बदलियो"]);
});
