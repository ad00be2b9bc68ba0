// A table of products, as the seller has it: what it must look like, and what came of one.
import type { components } from "../shared/api.ts";

export type Import = components["schemas"]["ImportAnswer"];

/** What the wrong rows call themselves is said to whoever hands the table in, and never again. */
export type ImportDetails = components["schemas"]["ImportDetails"] & Partial<Pick<components["schemas"]["TakenImport"], "wrong">>;

/** As the server's documentation names them; the first three are needed. */
export const COLUMNS = ["external_id", "name", "listed_price", "discounted_price", "stock", "weight_kg", "description", "tax_class", "category", "images", "is_active"] as const;
export const NEEDED: readonly string[] = COLUMNS.slice(0, 3);

/** A table of products out of the server: one's own, or one to begin with. */
export function tablePath(format: "csv" | "xlsx", empty: boolean): string {
  return `/api/imports/products/table/?format=${format}&empty=${empty}`;
}

/** A row of a table that was looked at: of a wrong one what is wrong, by column. */
export interface Line {
  row: number;
  name: string;
  outcome: "made" | "changed" | "unchanged" | "bad";
  columns: string[];
  problems: { column: string; detail: string }[];
}

/** What is right and what is wrong, in the order of the file, each row once. */
export function linesOf({ told, problems, wrong = [] }: Pick<ImportDetails, "told" | "problems" | "wrong">): Line[] {
  const lines = new Map<number, Line>();
  for (const { row, external_id, title, outcome, columns } of told) {
    lines.set(row, { row, name: nameOf(title, external_id), outcome, columns: columns ?? [], problems: [] });
  }
  const names = new Map(wrong.map(({ row, title, external_id }) => [row, nameOf(title, external_id)]));
  for (const { row, column, detail } of problems) {
    const line = lines.get(row) ?? { row, name: names.get(row) ?? "", outcome: "bad" as const, columns: [], problems: [] };
    line.problems.push({ column, detail });
    lines.set(row, line);
  }
  return [...lines.values()].sort((one, other) => one.row - other.row);
}

function nameOf(title: string, external_id: string): string {
  return [...new Set([title, external_id])].filter((one) => one !== "").join(" · ");
}

/** Columns that a table could have and has not. */
export function leftOut(columns: readonly string[]): string[] {
  return COLUMNS.filter((one) => !columns.includes(one));
}

/** Where it is handed in; nothing is written by a dry run. */
export function pathOf({ dry, skip, name }: { dry: boolean; skip: boolean; name: string }): string {
  return `/api/imports/products/?${new URLSearchParams({ dry_run: String(dry), skip_bad_rows: String(skip), file_name: [...name].slice(0, 200).join("") })}`;
}

/** Whether a table that was looked at may be written: all of its rows are right, or the wrong ones are left out and some others are there. */
export function mayBeWritten({ rows, bad, made, changed }: Pick<Import, "rows" | "bad" | "made" | "changed">, skip: boolean): boolean {
  return rows > 0 && made + changed > 0 && (bad === 0 || skip);
}
