import { expect, test } from "vitest";
import { readDraft } from "./drafts.ts";

const EMPTY = { name: "", city: "Kathmandu" };

test("what was typed comes back into the fields that the form has", () => {
  expect(readDraft('{"name":"Sita","old":"x"}', EMPTY)).toEqual({ name: "Sita", city: "Kathmandu" });
});

test("what cannot be read is an empty form", () => {
  expect([readDraft(null, EMPTY), readDraft("{", EMPTY), readDraft('{"name":7}', EMPTY), readDraft("[]", EMPTY)]).toEqual([EMPTY, EMPTY, EMPTY, EMPTY]);
});
