import { expect, test } from "vitest";
import { LATER_MS, Snoozed } from "./snoozed.ts";

function storage() {
  const kept = new Map<string, string>();
  return { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) };
}

test("what is put off comes back after ten minutes, also after a reload", () => {
  const kept = storage();
  new Snoozed(() => kept).put("late:7", 1_000);
  const again = new Snoozed(() => kept);
  expect([again.has("late:7", 1_000 + LATER_MS - 1), again.has("late:7", 1_000 + LATER_MS), again.has("late:8", 1_000)]).toEqual([true, false, false]);
  again.clear();
  expect(again.has("late:7", 1_001)).toBe(false);
});

test("a browser that keeps nothing still puts off", () => {
  const snoozed = new Snoozed(() => {
    throw new Error("no storage");
  });
  snoozed.put("late:7", 0);
  expect(snoozed.has("late:7", 1)).toBe(true);
});
