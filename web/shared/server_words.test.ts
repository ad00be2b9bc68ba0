import { expect, test } from "vitest";
import { Refused } from "./client.ts";
import { problemOf } from "./problems.ts";
import { learnRefusals, refusalWords } from "./server_words.ts";
import { speaker } from "./words.ts";

test("until the Nepali words are there a refusal is said as the server said it", () => {
  expect(refusalWords("empty_cart", "The cart is empty.", "ne")).toBe("The cart is empty.");
});

test("a refusal is said in Nepali by its code, and in English as the server said it", async () => {
  await learnRefusals();
  const refused = new Refused(409, "already_assigned", "Delivery already assigned");
  expect(problemOf(refused, speaker("ne"))).toBe("यो डेलिभरी अरू कसैले लिइसक्यो।");
  expect(problemOf(refused, speaker("en"))).toBe("Delivery already assigned");
  expect(refusalWords("EMPTY_CART", "The cart is empty.", "ne")).toBe("कार्ट खाली छ।");
});

test("what is not known here is shown as the server said it", () => {
  expect(refusalWords("toString", "Something new.", "ne")).toBe("Something new.");
});
