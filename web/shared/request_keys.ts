// Idempotency keys: a request that is sent again, because nobody knows whether it arrived, carries the key of before.
import { Refused } from "./client.ts";
import { nameOf } from "./sameness.ts";

/** A random key; also where the browser has no `randomUUID`, as on plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class RequestKeys {
  #asked = "";
  #key = "";

  constructor(private readonly made: () => string = newKey) {}

  /** The key under which this is asked for. The same until an answer came or something else is asked for. */
  of(what: unknown): string {
    const asked = nameOf(what);
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#key = this.made();
    }
    return this.#key;
  }

  /** It was answered: with success, or with a refusal that is the last word. What is not known is asked again. */
  answered(error: unknown = null): void {
    const last = error === null || (error instanceof Refused && error.status < 500 && error.status !== 429);
    if (last) this.#asked = "";
  }
}
