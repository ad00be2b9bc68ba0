import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { Client } from "../shared/client.ts";
import { Check } from "../shared/field.tsx";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { saveFile } from "../shared/saving.ts";
import { clock } from "../shared/times.ts";
import { Columns, Counts, Rows, RowsBefore } from "./import_result.tsx";
import { COLUMNS, type Import, type ImportDetails, NEEDED, mayBeWritten, pathOf, tablePath } from "./imports.ts";
import type { Say } from "./speech.ts";

interface Given {
  client: Client;
  language: Language;
  say: Say;
}

type Wish = { file: File; dry: boolean; skip: boolean };

/** Products out of a table: looked at first, with all that is wrong by its row, and written once somebody has seen it. */
export function ImportRoom({ client, language, say }: Given) {
  const before = useLoading(() => client.call<{ results: Import[] }>("/api/imports/?page_size=10"), []);
  const [file, setFile] = useState<File | null>(null);
  const [skip, setSkip] = useState(false);
  const [came, setCame] = useState<ImportDetails | null>(null);
  const handing = useActing<Wish>(say, async (wish) => {
    setCame(null);
    setCame(await client.call<ImportDetails>(pathOf({ ...wish, name: wish.file.name }), { method: "POST", body: wish.file }));
    await before.reload();
  });
  const saving = useActing<{ format: "csv" | "xlsx"; empty: boolean }>(say, ({ format, empty }) => saveFile(client, tablePath(format, empty), `products.${format}`));
  const choose = (chosen: File | undefined): void => {
    setFile(chosen ?? null);
    setSkip(false);
    setCame(null);
    if (chosen !== undefined) void handing.start({ file: chosen, dry: true, skip: false });
  };
  const skipWrong = (skipped: boolean): void => {
    setSkip(skipped);
    if (file !== null) void handing.start({ file, dry: true, skip: skipped });
  };
  return (
    <>
      <h1>{say("import")}</h1>
      <p class="quiet">{say("import.about")}</p>
      <details class="columns">
        <summary>{say("import.columns")}</summary>
        <dl class="facts">
          {COLUMNS.map((name) => <Fragment key={name}><dt>{name}{NEEDED.includes(name) && <span class="small quiet"> {say("import.needed")}</span>}</dt><dd>{say(`import.column.${name}`)}</dd></Fragment>)}
        </dl>
      </details>
      <div class="actions">
        {([["import.template", true], ["import.mine", false]] as const).map(([words, empty]) => (["csv", "xlsx"] as const).map((format) => (
          <button key={`${words}${format}`} type="button" class="button small" onClick={() => void saving.start({ format, empty })}>{say(words, { format: format.toUpperCase() })}</button>
        )))}
      </div>
      <p class="problem" role="alert">{saving.problem}</p>
      <label class="button first file choose">
        {say(file === null ? "import.choose" : "import.other")}
        <input type="file" accept=".csv,.xlsx,.txt" onChange={(event) => { choose(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} />
      </label>
      <p role="status">{handing.pending ? say("import.looking") : file === null ? "" : file.name}</p>
      {handing.problem !== "" && <p class="problem" role="alert">{handing.problem}{handing.fields["file"] !== undefined && !handing.problem.includes(handing.fields["file"]) && ` ${handing.fields["file"]}`}</p>}
      {came !== null && (
        <section class="card fields" data-import={came.dry_run ? "looked_at" : came.applied ? "written" : "refused"}>
          <div class="fields" aria-live="polite">{/* not around the rows: a table may have two thousand */}
            <h2>{came.applied ? say("import.done", { made: came.made, changed: came.changed, bad: came.bad }) : say(came.dry_run ? "import.would" : "import.refused")}</h2>
            <Counts of={came} say={say} />
          </div>
          <Columns of={came} say={say} />
          <Rows of={came} language={language} say={say} />
          {came.dry_run && file !== null && (
            <>
              {(came.bad > 0 || skip) && <Check label={say("import.skip")} checked={skip} onValue={skipWrong} />}
              <button type="button" class="button first" disabled={handing.pending || !mayBeWritten(came, skip)} onClick={() => void handing.start({ file, dry: false, skip })}>
                {say("import.write")}
              </button>
              {came.bad > 0 && !skip && <p class="quiet small">{say("import.mend")}</p>}
            </>
          )}
          {came.applied && <p><Link href="/seller/products">{say("import.see")}</Link></p>}
        </section>
      )}
      <section>
        <h2>{say("import.before")}</h2>
        <Loaded of={before} language={language} say={say}>
          {({ results }) => {
            const written = results.filter((one) => one.kind === "products" && one.applied);
            return written.length === 0 ? <p class="quiet">{say("import.none")}</p> : (
              <ol class="history">
                {written.map((one) => (
                  <li key={one.id}>
                    <time dateTime={one.at}>{clock(Date.parse(one.at), Date.now(), language)}</time>
                    <div>
                      {one.file_name !== "" && <p>{one.file_name}</p>}
                      <Counts of={one} say={say} />
                      <RowsBefore id={one.id} client={client} language={language} say={say} />
                    </div>
                  </li>
                ))}
              </ol>
            );
          }}
        </Loaded>
      </section>
    </>
  );
}
