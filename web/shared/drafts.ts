// What is typed into a form stays through errors, sign-outs and reloads, in the tab, until it was used.
import { useState } from "preact/hooks";

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
  change: (changes: Partial<Form>) => void;
  /** It was sent, or is not wanted any more. */
  drop: () => void;
}

export function useDraft<Form extends Fields>(name: string, empty: Form): Draft<Form> {
  const key = `dispatch.draft.${name}`;
  const [form, setForm] = useState<Form>(() => readDraft(stored(key), empty));
  return {
    form,
    change: (changes) =>
      setForm((before) => {
        const next = { ...before, ...changes };
        store(key, JSON.stringify(next));
        return next;
      }),
    drop: () => {
      store(key, null);
      setForm(empty);
    },
  };
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
