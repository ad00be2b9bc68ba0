import { expect, test } from "vitest";
import { draftKey, dropDrafts, readDraft } from "./drafts.ts";

const EMPTY = { name: "", city: "Kathmandu" };

test("what was typed comes back into the fields that the form has", () => {
  expect(readDraft('{"name":"Sita","old":"x"}', EMPTY)).toEqual({ name: "Sita", city: "Kathmandu" });
});

test("what cannot be read is an empty form", () => {
  expect([readDraft(null, EMPTY), readDraft("{", EMPTY), readDraft('{"name":7}', EMPTY), readDraft("[]", EMPTY)]).toEqual([EMPTY, EMPTY, EMPTY, EMPTY]);
});

test("what somebody typed is theirs alone, and goes when they sign out, and nothing else does", () => {
  const kept = new Map([[draftKey(1, "shop.address"), "a"], [draftKey(12, "shop.address"), "b"], [draftKey(1, "shifts"), "c"], ["dispatch.room", "d"]]);
  const storage = { get length() { return kept.size; }, key: (at: number) => [...kept.keys()][at] ?? null, removeItem: (name: string) => void kept.delete(name) };
  dropDrafts(1, () => storage as unknown as Storage);
  expect([...kept.values()]).toEqual(["b", "d"]);
});

test("a browser that keeps nothing signs people out all the same", () => {
  expect(() => dropDrafts(1, () => { throw new Error("denied"); })).not.toThrow();
});
