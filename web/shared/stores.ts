// Where a page keeps its tokens: for the tab, or for the browser until somebody signs out.
import type { TokenStore, Tokens } from "./client.ts";

/** Tokens of this browser tab. */
export function tabStore(name: string): TokenStore {
  return new Kept(() => sessionStorage, name);
}

/** Tokens of a page in every tab of this browser. Each page has its own, so a demo's people can be open side by side. */
export function browserStore(page: string): TokenStore {
  return new Kept(() => localStorage, `dispatch.${page}`);
}

/** Tokens that end with the page. */
export function memoryStore(): TokenStore {
  let kept: Tokens | null = null;
  return {
    read: () => kept,
    write(tokens) {
      kept = tokens;
    },
  };
}

class Kept implements TokenStore {
  #inMemory: Tokens | null = null;

  constructor(
    private readonly storage: () => Storage,
    private readonly name: string,
  ) {}

  read(): Tokens | null {
    try {
      const text = this.storage().getItem(this.name);
      return text === null ? this.#inMemory : (JSON.parse(text) as Tokens);
    } catch {
      return this.#inMemory;
    }
  }

  write(tokens: Tokens | null): void {
    this.#inMemory = null; // another tab may sign out what is kept for all of them
    try {
      if (tokens === null) this.storage().removeItem(this.name);
      else this.storage().setItem(this.name, JSON.stringify(tokens));
    } catch {
      this.#inMemory = tokens; // it holds as long as the page is open
    }
  }

  /** One tab at a time renews: a refresh token is good for one use. */
  async alone<Result>(run: () => Promise<Result>): Promise<Result> {
    const locks = globalThis.navigator?.locks;
    return locks === undefined ? await run() : await locks.request(this.name, run);
  }
}
