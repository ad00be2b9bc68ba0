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
