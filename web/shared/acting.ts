// What a person does: pending until the server said something, then what it said, at the fields where it names some.
import { useEffect, useRef, useState } from "preact/hooks";
import { Refused } from "./client.ts";
import type { Language } from "./numbers.ts";
import { problemOf } from "./problems.ts";
import { RequestKeys } from "./request_keys.ts";
import { NEEDED, fieldWords } from "./field_words.ts";
import { Turns } from "./turns.ts";
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

/** Field names of a nested body as a form calls them: `delivery_info.city` is `city`. Of what was left empty it is said that it is needed, whatever kind of value the server missed there. */
export function byField(fields: Readonly<Record<string, string>>, language: Language, wanted: unknown = null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([path, words]) => {
      const name = path.split(".").at(-1) ?? path;
      return [name, wasEmpty(wanted, name) ? fieldWords(NEEDED, language) : fieldWords(words, language)];
    }),
  );
}

/** Whether somebody left it empty: in what was typed, or in a form within it. */
function wasEmpty(wanted: unknown, name: string): boolean {
  if (typeof wanted !== "object" || wanted === null) return false;
  if (Object.hasOwn(wanted, name)) {
    const value = (wanted as Record<string, unknown>)[name];
    return typeof value === "string" && value.trim() === "";
  }
  return Object.values(wanted).some((part) => wasEmpty(part, name));
}

/** `run` gets what is wanted and the idempotency key of it. What is started while another is on its way follows it; the same again is the same. */
export function useActing<Wanted>(say: Say, run: (wanted: Wanted, key: string) => Promise<void>): Acting<Wanted> {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const asked = useRef<Wanted | null>(null); // with what the error is of
  const [keys] = useState(() => new RequestKeys());
  const [turns] = useState(() => new Turns<Wanted>());
  const newest = useRef(run);
  newest.current = run; // whoever waited for a turn acts on the page as it is then
  const start = (wanted: Wanted): Promise<boolean> => {
    if (!turns.busy) setError(null); // what another of this row was refused with stays
    setPending(true);
    return turns.take(wanted, async () => {
      let failed: unknown = null;
      try {
        await newest.current(wanted, keys.of(wanted));
      } catch (problem) {
        failed = problem;
        asked.current = wanted;
        setError(failed);
      }
      keys.answered(failed);
      return failed === null;
    }).finally(() => setPending(turns.busy));
  };
  const fields = error instanceof Refused ? byField(error.fields, languageOf(say), asked.current) : {};
  useEffect(() => {
    if (error !== null) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return { pending, error, fields, problem: error === null ? "" : problemOf(error, say), start, forget: () => setError(null) };
}
