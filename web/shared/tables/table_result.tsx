import { useState } from "preact/hooks";
import type { Client } from "../client.ts";
import { Field } from "../field.tsx";
import { Loaded, useLoading } from "../loading.tsx";
import { Mark, type MarkKind } from "../mark.tsx";
import type { Language } from "../numbers.ts";
import { fieldWords } from "../field_words.ts";
import { type Import, type ImportDetails, type Line, leftOut, linesOf } from "./tables.ts";
import type { TableSay } from "./words.ts";

const OUTCOMES = ["made", "changed", "unchanged", "bad"] as const;
const MARKS: Record<Line["outcome"], MarkKind> = { made: "done", changed: "way", unchanged: "stale", bad: "late" };

/** How many rows are what. */
export function Counts({ of, say }: { of: Import; say: TableSay }) {
  return (
    <p class="counts">
      {OUTCOMES.map((one) => <span key={one} class={one === "bad" && of.bad > 0 ? "problem" : ""}>{say(`import.${one}`, { count: of[one] })}</span>)}
    </p>
  );
}

/** What of the columns was there, and what the others mean. */
export function Columns({ of, say }: { of: Import; say: TableSay }) {
  const missing = leftOut(of.kind, of.columns);
  return (
    <p class="quiet small">
      {say("import.has", { columns: of.columns.join(", ") })}{" "}
      {missing.length > 0 && say(`import.has_not.${of.kind}`, { columns: missing.join(", ") })}
    </p>
  );
}

/** Each row by its line: what is new, changed and by which columns, as before, or wrong and why. */
export function Rows({ of, language, say }: { of: ImportDetails; language: Language; say: TableSay }) {
  const [only, setOnly] = useState("");
  const lines = linesOf(of);
  if (lines.length === 0) return null;
  const shown = lines.filter((one) => only === "" || one.outcome === only);
  return (
    <>
      <Field label={say("import.show")} name="outcome" value={only} onValue={setOnly} choices={[["", say("all")], ...OUTCOMES.map((one) => [one, say(`import.is.${one}`)] as const)]} />
      <table class="table problems">
        <caption class="unseen">{say("import.rows")}</caption>
        <thead><tr><th scope="col">{say("import.row")}</th><th scope="col">{say(`import.thing.${of.kind}`)}</th><th scope="col">{say("import.becomes")}</th><th scope="col">{say("import.what")}</th></tr></thead>
        <tbody>
          {shown.map((line) => (
            <tr key={line.row}>
              <td data-title={say("import.row")} class="number">{say("count", { count: line.row })}</td>
              <td data-title={say(`import.thing.${of.kind}`)}>{line.name === "" ? "–" : line.name}</td>
              <td data-title={say("import.becomes")}><Mark as={MARKS[line.outcome]}>{say(`import.is.${line.outcome}`)}</Mark></td>
              <td data-title={say("import.what")}><span>{line.columns.join(", ")}{line.problems.map(({ column, detail }) => <span key={column} class="problem line">{column === "" ? "" : `${column}: `}{fieldWords(detail, language)}</span>)}{line.columns.length + line.problems.length === 0 && "–"}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p class="quiet">{say("find.none")}</p>}
      {lines.length < of.rows && <p class="quiet small">{say("import.some", { count: lines.length, of: of.rows })}</p>}
    </>
  );
}

/** What came of a table that was written before, asked for when somebody wants to see it. */
export function RowsBefore({ id, client, language, say }: { id: number; client: Client; language: Language; say: TableSay }) {
  const [opened, setOpened] = useState(false);
  return (
    <details onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>{say("import.rows")}</summary>
      {opened && <Asked id={id} client={client} language={language} say={say} />}
    </details>
  );
}

function Asked({ id, client, language, say }: { id: number; client: Client; language: Language; say: TableSay }) {
  const run = useLoading(() => client.call<ImportDetails>(`/api/imports/${id}/`), [id]);
  return <Loaded of={run} language={language} say={say}>{(one) => <><Columns of={one} say={say} /><Rows of={one} language={language} say={say} /></>}</Loaded>;
}
