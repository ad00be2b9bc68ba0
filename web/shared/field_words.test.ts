import { expect, test } from "vitest";
import { fieldWords } from "./field_words.ts";

test("what is not known here is shown as the server said it", () => {
  expect(fieldWords("must be blue", "ne")).toBe("must be blue");
});

test("an empty field is asked for in plain words, and a limit keeps its number", () => {
  expect(fieldWords("must have a character that can be seen", "en")).toBe("Fill this in.");
  expect(fieldWords("must have a character that can be seen", "ne")).toBe("यो भर्नुहोस्।");
  expect(fieldWords("must have at least 8 characters", "ne")).toBe("कम्तीमा ८ अक्षर चाहिन्छ।");
  expect(fieldWords("must be more than 0 and at most 500.00", "ne")).toBe("० भन्दा बढी र बढीमा ५००.०० हुनुपर्छ।");
  expect(fieldWords("must be at most 5", "en")).toBe("must be at most 5");
});
