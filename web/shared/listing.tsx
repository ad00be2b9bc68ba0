import { type ComponentChildren, Fragment } from "preact";
import { type Address, changed, go, readAddress, turnSheet } from "./address.ts";
import type { Client } from "./client.ts";
import { Field } from "./field.tsx";
import { dayOf } from "./filter_days.ts";
import { Folding } from "./folding.tsx";
import { Link } from "./link.tsx";
import { Loaded, type Loading, useLoading } from "./loading.tsx";
import type { Language } from "./numbers.ts";
import { found } from "./rows.ts";
import { MOST_SEARCHED, searchText } from "./search_text.ts";
import { type Column, Table } from "./table.tsx";
import { useTyped } from "./typed.ts";
import type { Say } from "./words.ts";

const ON_A_PAGE = 100;

export interface Page<Row> {
  count: number;
  next: string | null;
  previous: string | null;
  results: Row[];
}

export interface Filter {
  /** As the API calls it, and the address. */
  name: string;
  label: string;
  /** A day where there are none. */
  choices?: readonly (readonly [string, string])[];
  /** What is shown in the place of a field, and changes the address itself. */
  field?: ComponentChildren;
}

interface Given<Row> {
  client: Client;
  path: string;
  address: Address;
  caption: string;
  empty: string;
  columns: readonly Column<Row>[];
  idOf: (row: Row) => string | number;
  filters?: readonly Filter[];
  /** What the API calls a text that is looked for; null where the rows at hand are looked through. */
  search?: string | null;
  /** A part of the query that is asked for always: "subject_kind=user". */
  fixed?: string;
  /** Beside the filters: what can be made or kept. */
  actions?: ComponentChildren;
  every_ms?: number;
  /** Where a row leads, where that is not a sheet beside the list. */
  leads?: (row: Row) => string;
  /** Beside the list, for the open row; the row is null where it is on another page of the list. */
  sheet?: (id: string, row: Row | null, loading: Loading<Page<Row>>, close: () => void) => ComponentChildren;
  language: Language;
  say: Say;
}

/** A list of the API as a table: filters, text and pages are in the address, a row opens beside it. */
export function Listing<Row>(given: Given<Row>) {
  const { client, path, address, columns, idOf, say, language, filters = [], search = null } = given;
  const text = searchText(address.query.get("find") ?? "");
  const page = Math.max(1, Number(address.query.get("page")) || 1);
  const asked = new URLSearchParams({ page: String(page), page_size: String(ON_A_PAGE) });
  for (const { name } of filters) if (address.query.get(name)) asked.set(name, address.query.get(name) ?? "");
  for (const [name, value] of new URLSearchParams(given.fixed ?? "")) asked.set(name, value);
  if (search !== null && text !== "") asked.set(search, text);
  const loading = useLoading(() => client.call<Page<Row>>(`${path}?${asked}`), [path, asked.toString()], given.every_ms ?? null);
  const close = (): void => turnSheet(address, null);
  const open = address.query.get("open");
  const set = [...filters.map(({ name }) => name), "sort"].filter((name) => address.query.get(name)).length;
  const narrowed = text !== "" || filters.some(({ name }) => address.query.has(name));
  return (
    <div class="listing">
      <div class="filters field-row">
        <Typed text={text} say={say} />
        <Folding words={say(set > 0 ? "filters.set" : "filters", { count: set })}>
          {filters.map((filter) => filter.field !== undefined ? <Fragment key={filter.name}>{filter.field}</Fragment> : (
            <Field
              key={filter.name}
              label={filter.label}
              name={filter.name}
              value={filter.choices === undefined ? dayOf(address.query.get(filter.name) ?? "") : (address.query.get(filter.name) ?? "")}
              onValue={(value) => narrow({ [filter.name]: value })}
              {...(filter.choices === undefined ? { type: "date" as const } : { choices: [["", say("all")] as const, ...filter.choices] })}
            />
          ))}
          <div class="only-narrow">
            <Field
              label={say("sort")}
              name="sort"
              value={address.query.get("sort") ?? ""}
              onValue={(value) => go(changed(readAddress(location.href), { sort: value }), { replace: true })}
              choices={[["", say("sort.none")], ...columns.flatMap(({ key, title }) => [[key, `${title} ↑`], [`-${key}`, `${title} ↓`]] as const)]}
            />
          </div>
        </Folding>
        <div class="actions">{given.actions}</div>
      </div>
      <Loaded of={loading} language={language} say={say} lines={8}>
        {({ results, next, count }) => {
          const rows = search === null ? found(results, columns.map((column) => column.value), text) : results;
          return (
            <>
              {rows.length === 0 ? (
                <p class="card">{count === 0 && !narrowed ? given.empty : say("find.none")}</p>
              ) : (
                <Table rows={rows} columns={columns} caption={given.caption} address={address} idOf={idOf} {...(given.leads === undefined ? {} : { open: given.leads })} say={say} />
              )}
              {(page > 1 || next !== null) && address.query.has("sort") && <p class="small quiet">{say("sort.page")}</p>}
              {(page > 1 || next !== null) && (
                <nav class="actions" aria-label={say("pages")}>
                  {page > 1 && <Link class="button" href={changed(address, { page: page - 1 })}>{say("page.before")}</Link>}
                  {next !== null && <Link class="button" href={changed(address, { page: page + 1 })}>{say("page.after")}</Link>}
                  <span class="small quiet">{say("page.of", { page, count: Math.ceil(count / ON_A_PAGE) })}</span>
                </nav>
              )}
            </>
          );
        }}
      </Loaded>
      {/* What was typed into one sheet is none of the next one's. */}
      {open !== null && <Fragment key={open}>{given.sheet?.(open, loading.value?.results.find((row) => String(idOf(row)) === open) ?? null, loading, close)}</Fragment>}
    </div>
  );
}

/** Changes what is asked for, from its first page. The address may be newer than the one that is drawn. */
function narrow(changes: Record<string, string>): void {
  go(changed(readAddress(location.href), { ...changes, page: null }), { replace: true });
}

function Typed({ text, say }: { text: string; say: Say }) {
  const [typed, setTyped] = useTyped(text, (find) => narrow({ find }));
  return <Field label={say("find")} name="find" type="search" value={typed} onValue={(text) => setTyped(searchText(text))} more={{ maxLength: MOST_SEARCHED }} />;
}
