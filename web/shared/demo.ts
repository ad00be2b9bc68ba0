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
}

/** Null where this is no demo, or not this machine's. */
export async function findDemo(): Promise<Demo | null> {
  try {
    return await new Client(memoryStore()).call<Demo | null>("/pages/demo.json");
  } catch {
    return null;
  }
}

const ASKED_AGAIN_MS = 3_000;
const ASKED_AT_MOST = 30;

/** Tell of the demo as soon as there is one: its people are made while its server answers already. Ends by what it returns. */
export function followDemo(found: (demo: Demo) => void): () => void {
  let waits: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const ask = async (left: number): Promise<void> => {
    const demo = await findDemo();
    if (ended) return;
    if (demo !== null) found(demo);
    else if (left > 1 && isThisMachine(location.hostname)) waits = setTimeout(() => void ask(left - 1), ASKED_AGAIN_MS);
  };
  void ask(ASKED_AT_MOST);
  return () => {
    ended = true;
    clearTimeout(waits);
  };
}

/** Whether an address names the machine that it is read on; elsewhere no demo is told of. */
export function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
