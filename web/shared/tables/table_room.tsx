import "./tables.css";
import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useActing } from "../acting.ts";
import { type Address, changed, go, readAddress } from "../address.ts";
import type { Client } from "../client.ts";
import { Check, Field } from "../field.tsx";
import { useHere } from "../here.ts";
import { Link } from "../link.tsx";
import { Loaded, useLoading } from "../loading.tsx";
import type { Language } from "../numbers.ts";
import { saveFile } from "../saving.ts";
import { clock } from "../times.ts";
import { useFollowed } from "./following.ts";
import { Columns, Counts, Rows, RowsBefore } from "./table_result.tsx";
import { COLUMNS, type Import, type ImportDetails, type Kind, NEEDED, isLarge, isWaiting, mayBeWritten, pathOf, tablePath } from "./tables.ts";
import type { TableSay } from "./words.ts";

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: TableSay;
  kinds: readonly [Kind, ...Kind[]];
}

type Wish = { file: File; dry: boolean; skip: boolean };

const SEE = { products: "/seller/products", transporters: "/ops/transporters", deliveries: "/console" } as const;

/** Tables of one kind, or of several to choose from; the kind and a table that is being taken stand in the address. */
export function TableRoom({ kinds, address, ...given }: Given) {
  const { say } = given;
  const kind = kinds.find((one) => one === address.query.get("kind")) ?? kinds[0];
  const choices = (["transporters", "deliveries"] as const).map((one) => [one, say(`import.of.${one}`)] as const);
  return (
    <>
      <h1>{say("import.title")}</h1>
      {kinds.length > 1 && <Field label={say("import.of")} name="kind" value={kind} choices={choices} onValue={(value) => go(changed(address, { kind: value, table: null }), { replace: true })} />}
      <OfKind key={kind} kind={kind} address={address} {...given} />
    </>
  );
}

/** Looked at first, with all that is wrong by its row, and written once somebody has seen it. */
function OfKind({ kind, client, address, language, say }: Omit<Given, "kinds"> & { kind: Kind }) {
  const before = useLoading(() => client.call<{ results: Import[] }>(`/api/imports/?kind=${kind}&page_size=20`), []);
  const [file, setFile] = useState<File | null>(null);
  const [skip, setSkip] = useState(false);
  const [came, setCame] = useState<ImportDetails | null>(null);
  const [over, setOver] = useState(false);
  const here = useHere();
  const follow = (id: number | null): void => {
    if (here.current) go(changed(readAddress(location.href), { table: id }), { replace: true }); // whoever went on is not brought back
  };
  const handing = useActing<Wish>(say, async (wish) => {
    setCame(null);
    const large = isLarge(wish.file);
    const run = await client.call<ImportDetails>(pathOf(kind, { ...wish, name: wish.file.name }), { method: "POST", body: wish.file, ...(large ? { prefer: "respond-async", patience_s: 600 } : {}) });
    setCame(run);
    follow(isWaiting(run) ? run.id : null);
    await before.reload();
  });
  const asked = Number(address.query.get("table")) || null;
  const followed = useFollowed(client, asked, () => void before.reload());
  useEffect(() => {
    if (followed.run !== null) setCame(followed.run);
  }, [followed.run]);
  const saving = useActing<{ format: "csv" | "xlsx"; empty: boolean }>(say, ({ format, empty }) => saveFile(client, tablePath(kind, format, empty), `${kind}.${format}`));
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
  const busy = handing.pending || (came !== null && isWaiting(came));
  return (
    <>
      <p class="quiet">{say(`import.about.${kind}`)}</p>
      <details class="columns">
        <summary>{say("import.columns")}</summary>
        <dl class="facts">
          {COLUMNS[kind].map((name) => <Fragment key={name}><dt>{name}{NEEDED[kind].includes(name) && <span class="small quiet"> {say("import.needed")}</span>}</dt><dd>{say(`column.${kind}.${name}` as Parameters<TableSay>[0])}</dd></Fragment>)}
        </dl>
      </details>
      <div class="actions">
        {([["import.template", true], [`import.mine.${kind}`, false]] as const).map(([words, empty]) => (["csv", "xlsx"] as const).map((format) => (
          <button key={`${words}${format}`} type="button" class="button small" disabled={saving.pending} onClick={() => void saving.start({ format, empty })}>{say(words, { format: format.toUpperCase() })}</button>
        )))}
      </div>
      <p class="problem" role="alert">{saving.problem}</p>
      <div
        class={`drop${over ? " over" : ""}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); if (!busy) choose(event.dataTransfer?.files[0]); }}
      >
        <label class="button first file choose">
          {say(file === null ? "import.choose" : "import.other")}
          <input type="file" accept=".csv,.xlsx,.txt" disabled={busy} onChange={(event) => { choose(event.currentTarget.files?.[0]); event.currentTarget.value = ""; }} />
        </label>
        <p class="quiet small">{say("import.drop")}</p>
      </div>
      <p role="status">{handing.pending ? say("import.looking") : file === null ? "" : file.name}</p>
      {handing.problem !== "" && <p class="problem" role="alert">{handing.problem}{handing.fields["file"] !== undefined && !handing.problem.includes(handing.fields["file"]) && ` ${handing.fields["file"]}`}</p>}
      {followed.problem !== null && <p class="problem" role="alert">{say(followed.problem)}</p>}
      {came !== null && isWaiting(came) && <Underway of={came} say={say} />}
      {came !== null && (came.state === "refused" || came.state === "failed") && (
        <p class="problem card" role="alert" data-import="no_table">{came.file_name !== "" && <>{came.file_name}<br /></>}{say(came.state === "refused" ? "import.no_table" : "import.gave_up", { why: came.refusal })}</p>
      )}
      {came?.state === "done" && (
        <section class="card fields" data-import={came.dry_run ? "looked_at" : came.applied ? "written" : "refused"}>
          <div class="fields" aria-live="polite">{/* not around the rows: a table may have thousands */}
            <h2>{came.applied ? say("import.done", { made: came.made, changed: came.changed, bad: came.bad }) : say(came.dry_run ? "import.would" : "import.refused")}</h2>
            <Counts of={came} say={say} />
          </div>
          <Columns of={came} say={say} />
          <Rows of={came} language={language} say={say} />
          {came.dry_run && file === null && <p class="quiet small">{say("import.again")}</p>}
          {came.dry_run && file !== null && (
            <>
              {(came.bad > 0 || skip) && <Check label={say("import.skip")} checked={skip} onValue={skipWrong} />}
              <button type="button" class="button first" disabled={busy || !mayBeWritten(came, skip)} onClick={() => void handing.start({ file, dry: false, skip })}>
                {say(`import.write.${kind}`)}
              </button>
              {came.bad > 0 && !skip && <p class="quiet small">{say("import.mend")}</p>}
            </>
          )}
          {came.applied && <p><Link href={SEE[kind]}>{say(`import.see.${kind}`)}</Link></p>}
        </section>
      )}
      <section>
        <h2>{say("import.before")}</h2>
        <Loaded of={before} language={language} say={say}>
          {({ results }) => {
            const written = results.filter((one) => one.applied || (isWaiting(one) && !one.dry_run));
            return written.length === 0 ? <p class="quiet">{say("import.none")}</p> : (
              <ol class="history">
                {written.map((one) => (
                  <li key={one.id}>
                    <time dateTime={one.at}>{clock(Date.parse(one.at), Date.now(), language)}</time>
                    <div>
                      {one.file_name !== "" && <p>{one.file_name}</p>}
                      {isWaiting(one) ? <Underway of={one} say={say} /> : <><Counts of={one} say={say} /><RowsBefore id={one.id} client={client} language={language} say={say} /></>}
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

/** How far a table is that a job takes. */
function Underway({ of, say }: { of: Import; say: TableSay }) {
  const { rows = 0, of: total = null } = of.progress ?? {};
  const words = total === null ? say("import.waiting", { file: of.file_name }) : say("import.running", { file: of.file_name, done: rows, of: total });
  return (
    <div class="fields" data-import="waiting">
      <p role="status">{words}</p>
      <progress aria-label={words} max={total ?? 1} value={total === null ? undefined : rows} />
      <p class="quiet small">{say("import.leave")}</p>
    </div>
  );
}
