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
  /** Whether the browser was asked not to clear any of it. */
  asked_to_last: boolean;
}

interface Schema extends DBSchema {
  pings: { key: number; value: Ping };
  actions: { key: number; value: Action };
  remembered: { key: string; value: unknown };
}

/** What is kept. Seqs and numbers grow for as long as the database lives, whatever was deleted. */
export interface Kept {
  /** Whether it outlives the page. */
  readonly lasts: boolean;
  addPing(ping: NewPing): Promise<Ping>;
  /** The oldest so many after `seq`. */
  pings(after: number, most: number): Promise<Ping[]>;
  /** So many of those that came last, the newest first. */
  newestPings(most: number): Promise<Ping[]>;
  countPings(): Promise<number>;
  /** Forget pings that are safe on the server. */
  dropPings(seqs: readonly number[] | { upTo: number }): Promise<void>;
  /** All of them or none. */
  addActions(actions: readonly Action[]): Promise<Action[]>;
  /** What is not kept any more, since another window has sent it or taken it back, does not come back by this. */
  changeAction(number: number, change: Partial<Action>): Promise<void>;
  dropAction(number: number): Promise<void>;
  action(number: number): Promise<Action | undefined>;
  actions(): Promise<Action[]>;
  read<Name extends keyof Remembered>(name: Name): Promise<Remembered[Name] | undefined>;
  write<Name extends keyof Remembered>(name: Name, value: Remembered[Name]): Promise<void>;
  /** Writes what `made` makes of it, in one step: what another window writes meanwhile comes before or after, and is not lost. */
  change<Name extends keyof Remembered>(name: Name, made: (before: Remembered[Name] | undefined) => Remembered[Name]): Promise<void>;
}

/** The database of a person; where the browser keeps nothing, memory until the page is closed. */
export async function openKept(user_id: number): Promise<Kept> {
  const kept = new KeptInDatabase(() =>
    openDB<Schema>(`dispatch.courier.${user_id}`, 1, {
      upgrade(made) {
        made.createObjectStore("pings", { keyPath: "seq", autoIncrement: true });
        made.createObjectStore("actions", { keyPath: "number", autoIncrement: true });
        made.createObjectStore("remembered");
      },
    }),
  );
  try {
    await kept.countPings();
    return kept;
  } catch {
    return new KeptInMemory();
  }
}

type Database = IDBPDatabase<Schema>;

// What a connection says that its browser has taken away.
const LOST: ReadonlySet<string> = new Set(["InvalidStateError", "UnknownError"]);

class KeptInDatabase implements Kept {
  readonly lasts = true;

  #db: Promise<Database> | null = null;

  constructor(private readonly open: () => Promise<Database>) {}

  #opened(): Promise<Database> {
    return (this.#db ??= this.open().catch((error: unknown) => {
      this.#db = null;
      throw error;
    }));
  }

  /** Browsers take the connection away, as from a page in the background or where its data is cleared, and give another to whoever opens one. */
  async #in<Result>(run: (db: Database) => Promise<Result>): Promise<Result> {
    const used = this.#opened();
    try {
      return await run(await used);
    } catch (error) {
      if (!(error instanceof DOMException && LOST.has(error.name))) throw error;
      if (this.#db === used) this.#db = null;
      return await run(await this.#opened());
    }
  }

  async addPing(ping: NewPing): Promise<Ping> {
    const seq = await this.#in((db) => db.add("pings", ping as Ping)); // the database gives the number
    return { ...ping, seq };
  }

  pings(after: number, most: number): Promise<Ping[]> {
    return this.#in((db) => db.getAll("pings", IDBKeyRange.lowerBound(after, true), most));
  }

  newestPings(most: number): Promise<Ping[]> {
    return this.#in(async (db) => {
      const found: Ping[] = [];
      let at = await db.transaction("pings").store.openCursor(null, "prev");
      while (at !== null && found.length < most) {
        found.push(at.value);
        at = await at.continue();
      }
      return found;
    });
  }

  countPings(): Promise<number> {
    return this.#in((db) => db.count("pings"));
  }

  dropPings(seqs: readonly number[] | { upTo: number }): Promise<void> {
    return this.#in(async (db) => {
      if ("upTo" in seqs) return await db.delete("pings", IDBKeyRange.upperBound(seqs.upTo));
      const change = db.transaction("pings", "readwrite");
      await Promise.all([...seqs.map((seq) => change.store.delete(seq)), change.done]);
    });
  }

  addActions(actions: readonly Action[]): Promise<Action[]> {
    return this.#in(async (db) => {
      // Strictly: what a person was told is saved stays also where the battery dies a moment later.
      const change = db.transaction("actions", "readwrite", { durability: "strict" });
      const adding = actions.map(async ({ number: _, ...action }) => ({ ...action, number: await change.store.add(action as Action) }));
      const [added] = await Promise.all([Promise.all(adding), change.done]);
      return added;
    });
  }

  changeAction(number: number, some: Partial<Action>): Promise<void> {
    return this.#in(async (db) => {
      const change = db.transaction("actions", "readwrite");
      const found = await change.store.get(number);
      if (found !== undefined) await change.store.put({ ...found, ...some, number });
      await change.done;
    });
  }

  action(number: number): Promise<Action | undefined> {
    return this.#in((db) => db.get("actions", number));
  }

  dropAction(number: number): Promise<void> {
    return this.#in((db) => db.delete("actions", number));
  }

  actions(): Promise<Action[]> {
    return this.#in((db) => db.getAll("actions"));
  }

  async read<Name extends keyof Remembered>(name: Name): Promise<Remembered[Name] | undefined> {
    return (await this.#in((db) => db.get("remembered", name))) as Remembered[Name] | undefined;
  }

  async write<Name extends keyof Remembered>(name: Name, value: Remembered[Name]): Promise<void> {
    await this.#in((db) => db.put("remembered", value, name));
  }

  change<Name extends keyof Remembered>(name: Name, made: (before: Remembered[Name] | undefined) => Remembered[Name]): Promise<void> {
    return this.#in(async (db) => {
      const change = db.transaction("remembered", "readwrite");
      const before = (await change.store.get(name)) as Remembered[Name] | undefined;
      await Promise.all([change.store.put(made(before), name), change.done]);
    });
  }
}

export class KeptInMemory implements Kept {
  readonly lasts: boolean = false;
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

  async addActions(actions: readonly Action[]): Promise<Action[]> {
    const added = actions.map((one) => ({ ...one, number: ++this.#last_number }));
    for (const one of added) this.#actions.set(one.number, one);
    return added;
  }

  async changeAction(number: number, change: Partial<Action>): Promise<void> {
    const found = this.#actions.get(number);
    if (found !== undefined) this.#actions.set(number, { ...found, ...change, number });
  }

  async action(number: number): Promise<Action | undefined> {
    return this.#actions.get(number);
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

  async change<Name extends keyof Remembered>(name: Name, made: (before: Remembered[Name] | undefined) => Remembered[Name]): Promise<void> {
    this.#remembered.set(name, made(this.#remembered.get(name) as Remembered[Name] | undefined));
  }
}
