import { expect, test } from "vitest";
import { reasonWords } from "./reason_words.ts";

test("a reason of the scoring is said in Nepali with its numbers, and what is not known here as the server said it", () => {
  const text = "3 deliveries fewer under way: 4 of 6 at most.";
  expect(reasonWords(text, "ne")).toBe("बाटोमा ३ पार्सल कम: बढीमा ६मध्ये ४।");
  expect(reasonWords(text, "en")).toBe(text);
  expect(reasonWords("All who could have it gave it back before or were ruled out.", "ne")).toContain("फिर्ता");
  expect(reasonWords("Something new.", "ne")).toBe("Something new.");
});
