// What a person does: pending until the server said something, then what it said, at the fields where it names some.
import { useEffect, useRef, useState } from "preact/hooks";
import { Refused } from "./client.ts";
import type { Language } from "./numbers.ts";
import { problemOf } from "./problems.ts";
import { RequestKeys } from "./request_keys.ts";
import { fieldWords } from "./server_words.ts";
import { type Say, languageOf } from "./words.ts";

export interface Acting<Wanted> {
  pending: boolean;
  /** What the server said against it, in words; empty where nothing. */
  problem: string;
  /** The server's words for each field that is wrong, by the last part of its name. */
  fields: Readonly<Record<string, string>>;
  error: unknown;
  start: (wanted: Wanted) => Promise<boolean>;
  forget: () => void;
}

/** Field names of a nested body as a form calls them: `delivery_info.city` is `city`. */
export function byField(fields: Readonly<Record<string, string>>, language: Language): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, words]) => [name.split(".").at(-1) ?? name, fieldWords(words, language)]));
}

/** `run` gets what is wanted and the idempotency key of it; a second start while one is pending does nothing. */
export function useActing<Wanted>(say: Say, run: (wanted: Wanted, key: string) => Promise<void>): Acting<Wanted> {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [keys] = useState(() => new RequestKeys());
  const busy = useRef(false);
  const start = async (wanted: Wanted): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    setPending(true);
    setError(null);
    let failed: unknown = null;
    try {
      await run(wanted, keys.of(wanted));
    } catch (problem) {
      failed = problem;
    }
    keys.answered(failed);
    busy.current = false;
    setError(failed);
    setPending(false);
    return failed === null;
  };
  const fields = error instanceof Refused ? byField(error.fields, languageOf(say)) : {};
  useEffect(() => {
    if (error !== null) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return { pending, error, fields, problem: error === null ? "" : problemOf(error, say), start, forget: () => setError(null) };
}
