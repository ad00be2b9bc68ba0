// What the phone keeps may be cleared by its browser when room is short, unless it was asked not to.
import type { Kept } from "./kept.ts";

/** Asks once for each person: whoever said no is not asked again. */
export async function askToLast(kept: Pick<Kept, "lasts" | "read" | "write">, storage: Pick<StorageManager, "persist" | "persisted"> | undefined): Promise<void> {
  if (!kept.lasts || storage?.persist === undefined || (await kept.read("asked_to_last")) === true) return;
  await kept.write("asked_to_last", true);
  if (!(await storage.persisted())) await storage.persist();
}
