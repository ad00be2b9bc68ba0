import { expect, test } from "vitest";
import { readUnlock, writeUnlock } from "./kept_unlock.ts";

test("a token is kept for its own parcel, and a browser that keeps nothing breaks nothing", () => {
  const kept = new Map<string, string>();
  const storage = (): Storage => ({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }) as unknown as Storage;
  const none = (): Storage => {
    throw new Error("refused");
  };
  writeUnlock(storage, "TRKA", "1.a");
  writeUnlock(none, "TRKA", "1.a");
  expect([readUnlock(storage, "TRKA"), readUnlock(storage, "TRKB"), readUnlock(none, "TRKA")]).toEqual(["1.a", "", ""]);
});
