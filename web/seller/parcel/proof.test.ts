import { expect, test } from "vitest";
import { NOTHING_OWN, ownEnds, ownKinds, proofOf, ticked } from "./proof.ts";

test("a parcel of which nothing was said is proved as all of its seller", () => {
  expect([proofOf(NOTHING_OWN), ownEnds(NOTHING_OWN)]).toEqual([null, 0]);
});

test("what is asked of one parcel goes to the server, nothing at all too, and of an end that is as usual nothing is said", () => {
  expect(proofOf({ ...NOTHING_OWN, proof_drop_off: "code photo", proof_return: "" })).toEqual({ drop_off: ["photo", "code"], return: [] });
});

test("an age goes along where this parcel's door asks for one, as a number or as it was typed", () => {
  const typed = { ...NOTHING_OWN, proof_drop_off: "age", age_minimum: "21" };
  expect(proofOf(typed)).toEqual({ drop_off: ["age"], age_minimum: 21 });
  expect(proofOf({ ...typed, age_minimum: "old" })).toEqual({ drop_off: ["age"], age_minimum: "old" });
  expect(proofOf({ ...typed, age_minimum: " " })).toEqual({ drop_off: ["age"] });
  expect(proofOf({ ...typed, proof_drop_off: "photo" })).toEqual({ drop_off: ["photo"] });
});

test("kinds are ticked one by one, each once, and what is none is left out", () => {
  expect(ticked("photo", "signature", true)).toBe("photo signature");
  expect(ticked("photo signature", "photo", false)).toBe("signature");
  expect(ticked("photo", "photo", false)).toBe("");
  expect(ownKinds("photo selfie photo")).toEqual(["photo"]);
});
