// What is typed into a form stays through errors, reloads and sign-ins that ran out, in the tab, until it was used or its
// person signs out. It is whose who typed it: nobody who signs in after them finds it.
import { createContext } from "preact";
import { useContext, useRef, useState } from "preact/hooks";
import type { Person } from "./session.ts";

/** Who is signed in, so whose all drafts below are; null where nobody is. */
export const Typist = createContext<Person["id"] | null>(null);

type Fields = Readonly<Record<string, string>>;

export function readDraft<Form extends Fields>(text: string | null, empty: Form): Form {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Record<string, unknown>> | null;
    const known = Object.entries(empty).map(([name, value]) => [name, typeof kept?.[name] === "string" ? kept[name] : value]);
    return Object.fromEntries(known) as Form;
  } catch {
    return empty;
  }
}

export interface Draft<Form extends Fields> {
  form: Form;
  /** Somebody typed or chose it. */
  change: (changes: Partial<Form>) => void;
  /** Whether nothing was typed into it by now, in this tab. */
  fresh: () => boolean;
  /** The page knows it from elsewhere: it is shown and not kept, since nobody typed it and there it may change. Given what is typed by then, also what was typed a moment ago. */
  fill: (known: (typed: Form) => Form) => void;
  /** It was sent, or is not wanted any more. */
  drop: () => void;
}

export function useDraft<Form extends Fields>(name: string, empty: Form): Draft<Form> {
  const key = draftKey(useContext(Typist), name);
  const [form, setForm] = useState<Form>(() => readDraft(stored(key), empty));
  const touched = useRef(false); // also where a browser keeps nothing
  return {
    form,
    change: (changes) => {
      touched.current = true;
      setForm((before) => {
        const next = { ...before, ...changes };
        store(key, JSON.stringify(next));
        return next;
      });
    },
    fresh: () => !touched.current && stored(key) === null,
    fill: setForm,
    drop: () => {
      touched.current = false;
      store(key, null);
      setForm(empty);
    },
  };
}

export function draftKey(typist: Person["id"] | null, name: string): string {
  return `dispatch.draft.${typist ?? ""}.${name}`;
}

/** Somebody signs out: what they typed goes with them. Raises nothing. */
export function dropDrafts(typist: Person["id"], storage: () => Storage = () => sessionStorage): void {
  try {
    const kept = storage();
    const names = Array.from({ length: kept.length }, (_, at) => kept.key(at) ?? "");
    for (const name of names.filter((one) => one.startsWith(draftKey(typist, "")))) kept.removeItem(name);
  } catch {
    // Where nothing can be kept, nothing was.
  }
}

function stored(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // It holds as long as the form is open.
  }
}
