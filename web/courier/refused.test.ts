import { expect, test } from "vitest";
import type { Action } from "./actions.ts";
import server_words from "../shared/server_words.json";
import { speaker } from "../shared/words.ts";
import { refusedBecause, refusedOf } from "./refused.tsx";
import { words } from "./words.ts";

const step = (number: number, delivery_id: number, refused: boolean, knows = 0) =>
  ({ number, delivery_id, knows, refusal: refused ? { code: "wrong_code", detail: "", proof_kept: null } : null }) as unknown as Action;

test("what was refused is said until something else was done for its parcel", () => {
  expect(refusedOf([step(1, 7, true), step(2, 8, false)]).map((one) => one.number)).toEqual([1]);
  expect(refusedOf([step(1, 7, true), step(2, 7, false, 1)])).toEqual([]);
  expect(refusedOf([step(1, 7, true), step(2, 7, true, 1)]).map((one) => one.number)).toEqual([2]);
});

test("what was done before anybody knew of a refusal, and waits for it to be read, does not hide it", () => {
  expect(refusedOf([step(1, 7, true), step(2, 7, false)]).map((one) => one.number)).toEqual([1]);
});

test("a try that was told too far from the door is said to be, in the words of a handover", () => {
  const detail = "This is 10 km from the address; at most 150 m are taken.";
  const told = { ...step(1, 7, true), kind: "attempts", refusal: { code: "too_far", detail, proof_kept: true } } as unknown as Action;
  const said = refusedOf([told]).map((one) => one.refusal && refusedBecause(one.refusal, speaker("en", words), "en"));
  expect([said, server_words.too_far]).toEqual([[detail], expect.stringContaining("टाढा")]);
});
