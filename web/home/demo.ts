// While the server is a demo, its log-ins and the city that it plays.
import { Client, type TokenStore, type Tokens } from "../shared/client.ts";

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
    return await new Client(inMemory()).call<Demo | null>("/pages/demo.json");
  } catch {
    return null;
  }
}

/** Tokens that end with the page: the city is watched, nobody is signed in. */
export function inMemory(): TokenStore {
  let kept: Tokens | null = null;
  return {
    read: () => kept,
    write(tokens) {
      kept = tokens;
    },
  };
}
