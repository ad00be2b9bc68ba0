import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { Client } from "../shared/client.ts";
import { Check } from "../shared/field.tsx";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import type { Language } from "../shared/numbers.ts";
import { saveBlob } from "../shared/saving.ts";
import { fieldWords } from "../shared/server_words.ts";
import { clock } from "../shared/times.ts";
import { COLUMNS, type Import, mayBeWritten, pathOf, template } from "./imports.ts";
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
  const [came, setCame] = useState<Import | null>(null);
  const handing = useActing<Wish>(say, async (wish) => {
    setCame(null);
    setCame(await client.call<Import>(pathOf(wish), { method: "POST", body: wish.file }));
    await before.reload();
  });
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
      <p class="quiet">{say("import.columns", { columns: COLUMNS.join(", ") })} <button type="button" class="button small" onClick={() => saveBlob(template(), "products.csv")}>{say("import.template")}</button></p>
      <label class="button first file choose">
        {say(file === null ? "import.choose" : "import.other")}
        <input type="file" accept=".csv,.xlsx,.txt" onChange={(event) => { choose(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} />
      </label>
      <p role="status">{handing.pending ? say("import.looking") : file === null ? "" : file.name}</p>
      {handing.problem !== "" && <p class="problem" role="alert">{handing.problem}</p>}
      {came !== null && (
        <section class="card fields" aria-live="polite" data-import={came.dry_run ? "looked_at" : came.applied ? "written" : "refused"}>
          <h2>{say(came.dry_run ? "import.would" : came.applied ? "import.done" : "import.refused")}</h2>
          <Counts of={came} say={say} />
          <Problems of={came} language={language} say={say} />
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
                    <Counts of={one} say={say} />
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

function Counts({ of, say }: { of: Import; say: Say }) {
  return (
    <p class="counts">
      {(["made", "changed", "unchanged", "bad"] as const).map((one) => <span key={one} class={one === "bad" && of.bad > 0 ? "problem" : ""}>{say(`import.${one}`, { count: of[one] })}</span>)}
    </p>
  );
}

function Problems({ of, language, say }: { of: Import } & Omit<Given, "client">) {
  if (of.problems.length === 0) return null;
  return (
    <table class="table problems">
      <caption class="unseen">{say("import.wrong")}</caption>
      <thead><tr><th scope="col">{say("import.row")}</th><th scope="col">{say("import.column")}</th><th scope="col">{say("import.what")}</th></tr></thead>
      <tbody>
        {of.problems.map(({ row, column, detail }) => (
          <tr key={`${row} ${column} ${detail}`}>
            <td data-title={say("import.row")} class="number">{say("count", { count: row })}</td>
            <td data-title={say("import.column")}>{column === "" ? "–" : column}</td>
            <td data-title={say("import.what")}>{fieldWords(detail, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
