import { expect, test } from "vitest";
import { Refused } from "./client.ts";
import { problemOf } from "./problems.ts";
import { fieldWords, refusalWords } from "./server_words.ts";
import { speaker } from "./words.ts";

test("a refusal is said in Nepali by its code, and in English as the server said it", () => {
  const refused = new Refused(409, "already_assigned", "Delivery already assigned");
  expect(problemOf(refused, speaker("ne"))).toBe("यो डेलिभरी अरू कसैले लिइसक्यो।");
  expect(problemOf(refused, speaker("en"))).toBe("Delivery already assigned");
  expect(refusalWords("EMPTY_CART", "The cart is empty.", "ne")).toBe("कार्ट खाली छ।");
});

test("what is not known here is shown as the server said it", () => {
  expect(refusalWords("toString", "Something new.", "ne")).toBe("Something new.");
  expect(fieldWords("must be blue", "ne")).toBe("must be blue");
});

test("an empty field is asked for in plain words, and a limit keeps its number", () => {
  expect(fieldWords("must have a character that can be seen", "en")).toBe("Fill this in.");
  expect(fieldWords("must have a character that can be seen", "ne")).toBe("यो भर्नुहोस्।");
  expect(fieldWords("must have at least 8 characters", "ne")).toBe("कम्तीमा ८ अक्षर चाहिन्छ।");
  expect(fieldWords("must be more than 0 and at most 500.00", "ne")).toBe("० भन्दा बढी र बढीमा ५००.०० हुनुपर्छ।");
  expect(fieldWords("must be at most 5", "en")).toBe("must be at most 5");
});
