import { expect, test } from "vitest";
import { EXPLAINED, commandOf, keyOf, stepped } from "./keys.ts";

const press = (key: string, some: object = {}) => commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, typing: false, steered: false, ...some });

test("each key has one meaning, and each is explained", () => {
  for (const name of EXPLAINED) {
    if (name === "filter") continue;
    expect([name, press(keyOf(name))]).toEqual([name, { do: name }]);
  }
  expect(new Set(EXPLAINED.map(keyOf)).size).toBe(EXPLAINED.length);
  expect([press("2"), press("9"), press("q"), press("toString")]).toEqual([{ do: "filter", filter: "waiting" }, null, null, null]);
});

test("large and small letters are different keys", () => {
  expect([press("a"), press("A")]).toEqual([{ do: "best" }, { do: "plan" }]);
});

test("who types is left alone, but may always go back; keys of the browser stay its own", () => {
  expect([press("a", { typing: true }), press("Escape", { typing: true })]).toEqual([null, { do: "back" }]);
  for (const held of [{ ctrlKey: true }, { metaKey: true, typing: true }]) expect(press("k", held)).toEqual({ do: "help" });
  for (const held of ["ctrlKey", "metaKey", "altKey"]) expect(press("a", { [held]: true })).toBeNull();
});

test("a step stays within the list, and begins at its nearer end", () => {
  expect([stepped(3, 0, 1), stepped(3, 2, 1), stepped(3, 0, -1), stepped(3, -1, 1), stepped(3, -1, -1), stepped(0, -1, 1)]).toEqual([1, 2, 0, 0, 2, -1]);
});

test("a stretch is chosen by large letters or by arrows with the shift key, and arrows alone go along stops where nothing else is steered by them", () => {
  const shift = { shiftKey: true };
  expect([press("J", shift), press("ArrowDown", shift), press("K", shift), press("ArrowUp", shift)]).toEqual(["tick_next", "tick_next", "tick_previous", "tick_previous"].map((name) => ({ do: name })));
  expect([press("ArrowRight"), press("ArrowLeft")]).toEqual([{ do: "next_stop" }, { do: "previous_stop" }]);
  expect([press("ArrowDown"), press("ArrowRight", shift), press("ArrowRight", { steered: true }), press("ArrowDown", { ...shift, steered: true })]).toEqual([null, null, null, null]);
});
