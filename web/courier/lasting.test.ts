import { expect, test } from "vitest";
import { KeptInMemory } from "./kept.ts";
import { askToLast } from "./lasting.ts";

class Lasting extends KeptInMemory {
  override readonly lasts = true;
}

/** A browser that counts how often it was asked. */
function browser(persisted = false): { asked: number; persisted: () => Promise<boolean>; persist: () => Promise<boolean> } {
  const counting = {
    asked: 0,
    persisted: async () => persisted,
    persist: async () => {
      counting.asked += 1;
      return false;
    },
  };
  return counting;
}

test("a browser is asked once not to clear what the phone keeps, also where it said no", async () => {
  const [kept, storage] = [new Lasting(), browser()];
  await askToLast(kept, storage);
  await askToLast(kept, storage);
  expect(storage.asked).toBe(1);
});

test("nobody is asked for what is kept for good already, is lost with the page, or cannot be asked for", async () => {
  const [safe, lost] = [browser(true), browser()];
  await askToLast(new Lasting(), safe);
  await askToLast(new KeptInMemory(), lost);
  await askToLast(new Lasting(), undefined);
  expect([safe.asked, lost.asked]).toEqual([0, 0]);
});
