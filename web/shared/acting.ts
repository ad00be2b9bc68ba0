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
  /** The server's words for each field that is wrong and was not changed since, by the last part of its name. */
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

// Where a field of a page is more than one of the server's.
const TOGETHER: Readonly<Record<string, readonly string[]>> = { place: ["latitude", "longitude"], district: ["district", "state"] };

/** What is still wrong: of a field that was changed since it is not known. */
export function stillWrong(fields: Readonly<Record<string, string>>, changed: ReadonlySet<string>): Record<string, string> {
  const mended = new Set([...changed].flatMap((name) => TOGETHER[name] ?? [name]));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !mended.has(name)));
}

/** Names of fields that were changed while they were marked as wrong, since `error`. */
function useMended(error: unknown): ReadonlySet<string> {
  const [mended, setMended] = useState<{ of: unknown; names: ReadonlySet<string> }>({ of: null, names: new Set() });
  useEffect(() => {
    if (error === null) return;
    const hear = ({ target }: Event): void => {
      if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)) return;
      if (target.getAttribute("aria-invalid") !== "true") return;
      const { name } = target;
      // After the field has told its form: drawn in between, it would be given back what it held before.
      setTimeout(() => setMended((before) => ({ of: error, names: new Set([...(before.of === error ? before.names : []), name]) })));
    };
    for (const kind of ["input", "change"]) document.addEventListener(kind, hear);
    return () => {
      for (const kind of ["input", "change"]) document.removeEventListener(kind, hear);
    };
  }, [error]);
  return mended.of === error ? mended.names : NONE;
}

const NONE: ReadonlySet<string> = new Set();

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
  const mended = useMended(error);
  const wrong = error instanceof Refused ? byField(error.fields, languageOf(say), asked.current) : {};
  const fields = stillWrong(wrong, mended);
  const all_mended = Object.keys(wrong).length > 0 && Object.keys(fields).length === 0;
  useEffect(() => {
    if (error !== null) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return { pending, error, fields, problem: error === null || all_mended ? "" : problemOf(error, say), start, forget: () => setError(null) };
}
