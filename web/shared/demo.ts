// While the server is a demo, its log-ins and its parcels; told only to the machine that it runs on.
import { Client } from "./client.ts";
import { memoryStore } from "./stores.ts";

export interface Account {
  email: string;
  password: string;
}

export interface Demo {
  accounts: Record<string, Account>;
  tracking_numbers: string[];
  /** While it is being filled: what there is already is told, and more will be. */
  filling: boolean;
}

const ASKED_AGAIN_MS = 3_000;
/** Of a demo that was being filled no more is heard: it has ended, most likely. */
const UNHEARD_AT_MOST = 10;

/** Tell of the demo what there is of it, and while it is being filled whatever is new. A server that is none is asked once. Ends by what it returns. */
export function followDemo(found: (demo: Demo) => void): () => void {
  const client = new Client(memoryStore());
  let waits: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const ask = async (left: number): Promise<void> => {
    // Null where this is no demo, or not this machine's.
    const demo = await client.call<Demo | null>("/pages/demo.json").catch(() => null);
    if (ended) return;
    if (demo !== null) found(demo);
    const more = demo === null ? left - 1 : demo.filling ? UNHEARD_AT_MOST : 0;
    if (more > 0) waits = setTimeout(() => void ask(more), ASKED_AGAIN_MS);
  };
  void ask(0);
  return () => {
    ended = true;
    clearTimeout(waits);
  };
}
