import { afterEach, expect, test, vi } from "vitest";
import { Client } from "../shared/client.ts";
import { memoryStore } from "../shared/stores.ts";
import { Work } from "./work.ts";

afterEach(() => vi.unstubAllGlobals());

test("work that ends before what the phone keeps is open begins nothing that nobody would end", async () => {
  const opened: string[] = [];
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal(
    "BroadcastChannel",
    class {
      constructor(name: string) {
        opened.push(name);
      }
      addEventListener(): void {}
      close(): void {}
    },
  );
  const client = new Client(memoryStore(), () => Promise.reject(new TypeError("no network")));
  new Work(client, 7).start()();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(opened).toEqual([]);
});
