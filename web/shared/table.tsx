import type { ComponentChildren } from "preact";
import "./table.css";
import { type Address, changed } from "./address.ts";
import { Link } from "./link.tsx";
import { type Cell, isOfWords, nextOrder, sorted } from "./rows.ts";
import type { Say } from "./words.ts";

export interface Column<Row> {
  key: string;
  title: string;
  /** What it is sorted and found by. */
  value: (row: Row) => Cell;
  /** How it is drawn where that is not the value itself. */
  cell?: (row: Row) => ComponentChildren;
  /** A number, at the end of its column. */
  end?: boolean;
}

interface Given<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  caption: string;
  address: Address;
  /** What opens a row's sheet; the first column is the way there. */
  idOf: (row: Row) => string | number;
  /** Where the first column leads, where that is not the row's sheet. */
  open?: (row: Row) => string;
  say: Say;
}

/** A table that sorts; order and the open row are in the address. On a phone each row is a card. */
export function Table<Row>({ rows, columns, caption, address, idOf, open, say }: Given<Row>) {
  const order = address.query.get("sort");
  const by = columns.find((column) => column.key === order?.replace(/^-/, "")) ?? null;
  const down = order?.startsWith("-") ?? false;
  return (
    <table class="table">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col" class={column.end ? "end" : ""} aria-sort={column !== by ? undefined : down ? "descending" : "ascending"}>
              <Link href={changed(address, { sort: nextOrder(order, column.key) })} label={say("sort.by", { column: column.title })}>
                {column.title}
                <span aria-hidden="true">{column !== by ? "" : down ? " ↓" : " ↑"}</span>
              </Link>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted(rows, by?.value ?? null, down).map((row) => (
          <tr key={idOf(row)} class={address.query.get("open") === String(idOf(row)) ? "open" : ""}>
            {columns.map((column, at) => {
              const told = column.cell?.(row) ?? column.value(row);
              const shown = told === null || told === undefined || told === "" ? "–" : told;
              return (
                <td key={column.key} class={column.end ? "end number" : isOfWords(shown) ? "words" : ""} data-title={column.title}>
                  {at === 0 ? <Link href={open?.(row) ?? changed(address, { open: idOf(row) })}>{shown}</Link> : <span class="shown">{shown}</span>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
