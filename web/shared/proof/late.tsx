// What proves a parcel's way, folded, and loaded once somebody unfolds it: its pictures are links that end.
import { useState } from "preact/hooks";
import type { Client } from "../client.ts";
import { Missing, useLate } from "../late.tsx";
import type { Language } from "../numbers.ts";
import type { Say } from "../words.ts";

interface Given {
  number: string;
  /** What stands on the fold, and what is said where it cannot be loaded. */
  title: string;
  missing: string;
  client: Client;
  language: Language;
  say: Say;
}

export function ProofOf({ number, title, missing, client, language, say }: Given) {
  const [open, setOpen] = useState(false);
  const late = useLate(() => import("./proof_records.tsx"), open);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && late.part !== null && <late.part.ProofRecords number={number} client={client} language={language} />}
      {late.failures > 0 && late.part === null && <Missing late={late} text={missing} say={say} />}
    </details>
  );
}
