// What the phone keeps while it has no network, and across restarts: one database for each person who signs in.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Action } from "./actions.ts";
import type { NewPing, Ping } from "./fixes.ts";
import type { KeptProofs } from "./proofs.ts";

/** Values that are kept under a name. */
export interface Remembered {
  device: string;
  epoch: string;
  skew_ms: number;
  jobs: unknown;
  profile: unknown;
  proofs: KeptProofs;
}

interface Schema extends DBSchema {
  pings: { key: number; value: Ping };
  actions: { key: number; value: Action };
  remembered: { key: string; value: unknown };
}

/** What is kept. Seqs and numbers grow for as long as the database lives, whatever was deleted. */
export interface Kept {
  addPing(ping: NewPing): Promise<Ping>;
  /** The oldest so many after `seq`. */
  pings(after: number, most: number): Promise<Ping[]>;
  /** So many of those that came last, the newest first. */
  newestPings(most: number): Promise<Ping[]>;
  countPings(): Promise<number>;
  /** Forget pings that are safe on the server. */
  dropPings(seqs: readonly number[] | { upTo: number }): Promise<void>;
  addAction(action: Action): Promise<Action>;
  putAction(action: Action): Promise<void>;
  dropAction(number: number): Promise<void>;
  actions(): Promise<Action[]>;
  read<Name extends keyof Remembered>(name: Name): Promise<Remembered[Name] | undefined>;
  write<Name extends keyof Remembered>(name: Name, value: Remembered[Name]): Promise<void>;
}

/** The database of a person; where the browser keeps nothing, memory until the page is closed. */
export async function openKept(user_id: number): Promise<Kept> {
  try {
    const db = await openDB<Schema>(`dispatch.courier.${user_id}`, 1, {
      upgrade(made) {
        made.createObjectStore("pings", { keyPath: "seq", autoIncrement: true });
        made.createObjectStore("actions", { keyPath: "number", autoIncrement: true });
        made.createObjectStore("remembered");
      },
    });
    return new KeptInDatabase(db);
  } catch {
    return new KeptInMemory();
  }
}

class KeptInDatabase implements Kept {
  constructor(private readonly db: IDBPDatabase<Schema>) {}

  async addPing(ping: NewPing): Promise<Ping> {
    const seq = await this.db.add("pings", ping as Ping); // the database gives the number
    return { ...ping, seq };
  }

  pings(after: number, most: number): Promise<Ping[]> {
    return this.db.getAll("pings", IDBKeyRange.lowerBound(after, true), most);
  }

  async newestPings(most: number): Promise<Ping[]> {
    const found: Ping[] = [];
    let at = await this.db.transaction("pings").store.openCursor(null, "prev");
    while (at !== null && found.length < most) {
      found.push(at.value);
      at = await at.continue();
    }
    return found;
  }

  countPings(): Promise<number> {
    return this.db.count("pings");
  }

  async dropPings(seqs: readonly number[] | { upTo: number }): Promise<void> {
    if ("upTo" in seqs) {
      await this.db.delete("pings", IDBKeyRange.upperBound(seqs.upTo));
      return;
    }
    const change = this.db.transaction("pings", "readwrite");
    await Promise.all([...seqs.map((seq) => change.store.delete(seq)), change.done]);
  }

  async addAction({ number: _, ...action }: Action): Promise<Action> {
    const number = await this.db.add("actions", action as Action);
    return { ...action, number };
  }

  async putAction(action: Action): Promise<void> {
    await this.db.put("actions", action);
  }

  dropAction(number: number): Promise<void> {
    return this.db.delete("actions", number);
  }

  actions(): Promise<Action[]> {
    return this.db.getAll("actions");
  }

  async read<Name extends keyof Remembered>(name: Name): Promise<Remembered[Name] | undefined> {
    return (await this.db.get("remembered", name)) as Remembered[Name] | undefined;
  }

  async write<Name extends keyof Remembered>(name: Name, value: Remembered[Name]): Promise<void> {
    await this.db.put("remembered", value, name);
  }
}

export class KeptInMemory implements Kept {
  readonly #pings = new Map<number, Ping>();
  readonly #actions = new Map<number, Action>();
  readonly #remembered = new Map<string, unknown>();
  #last_seq = 0;
  #last_number = 0;

  async addPing(ping: NewPing): Promise<Ping> {
    const made = { ...ping, seq: ++this.#last_seq };
    this.#pings.set(made.seq, made);
    return made;
  }

  async pings(after: number, most: number): Promise<Ping[]> {
    return [...this.#pings.values()].filter((one) => one.seq > after).slice(0, most);
  }

  async newestPings(most: number): Promise<Ping[]> {
    return [...this.#pings.values()].reverse().slice(0, most);
  }

  async countPings(): Promise<number> {
    return this.#pings.size;
  }

  async dropPings(seqs: readonly number[] | { upTo: number }): Promise<void> {
    const gone = "upTo" in seqs ? [...this.#pings.keys()].filter((seq) => seq <= seqs.upTo) : seqs;
    for (const seq of gone) this.#pings.delete(seq);
  }

  async addAction(action: Action): Promise<Action> {
    const made = { ...action, number: ++this.#last_number };
    this.#actions.set(made.number, made);
    return made;
  }

  async putAction(action: Action): Promise<void> {
    this.#actions.set(action.number, action);
  }

  async dropAction(number: number): Promise<void> {
    this.#actions.delete(number);
  }

  async actions(): Promise<Action[]> {
    return [...this.#actions.values()];
  }

  async read<Name extends keyof Remembered>(name: Name): Promise<Remembered[Name] | undefined> {
    return this.#remembered.get(name) as Remembered[Name] | undefined;
  }

  async write<Name extends keyof Remembered>(name: Name, value: Remembered[Name]): Promise<void> {
    this.#remembered.set(name, value);
  }
}
