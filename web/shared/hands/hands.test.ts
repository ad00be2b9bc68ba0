import { expect, test } from "vitest";
import { speaker } from "../words.ts";
import { flagWords, handKey, words } from "./hands.ts";

test("each way to change hands has a sentence of its own, and what a newer server calls otherwise has none", () => {
  const given = (how: Parameters<typeof handKey>[0]["how"], event = "delivery.assigned") => handKey({ event, how, reason: null });
  expect([given(null), given("offer"), given("by_hand", "delivery.reassigned"), given("rolling", "delivery.reassigned"), given(null, "delivery.accepted")]).toEqual([
    "hand.given", "hand.given.offer", "hand.moved.by_hand", "hand.moved", "hand.accepted",
  ]);
  const taken = ["taken_back", "given_back", "documents_expired"].map((reason) => handKey({ event: "delivery.unassigned", how: null, reason }));
  expect(taken).toEqual(["hand.taken_back", "hand.given_back", "hand.lost"]);
  expect(handKey({ event: "delivery.returned", how: null, reason: null })).toBeNull();
});

test("what makes a step hard to believe is said in words, and what a newer server flags by its own name", () => {
  const say = speaker("en", words);
  expect(flagWords("too_fast", say)).toBe("faster than anybody drives");
  expect(flagWords("of_the_moon", say)).toBe("of the moon");
});
