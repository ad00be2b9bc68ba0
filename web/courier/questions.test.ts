import { expect, test } from "vitest";
import { questionsOf } from "./questions.ts";

test("the answer to the last question is the handover: nothing more is asked of who is at the address", () => {
  expect(questionsOf("pickup", false, false)).toEqual(["photo"]);
  expect(questionsOf("deliver", false, false)).toEqual(["photo", "signature"]);
  expect(questionsOf("deliver", true, false)).toEqual(["signature", "photo"]);
});

test("whoever is far from the address is asked once more before it is done", () => {
  expect(questionsOf("pickup", false, true)).toEqual(["photo", "done"]);
  expect(questionsOf("deliver", true, true)).toEqual(["signature", "photo", "done"]);
});
