// A table of products, as the seller has it: what it must look like, and what came of one.
import type { components } from "../shared/api.ts";

export type Import = components["schemas"]["ImportAnswer"];

/** As the server's documentation names them; the first three are needed. */
export const COLUMNS = ["external_id", "name", "listed_price", "discounted_price", "stock", "description", "tax_class", "is_active"] as const;

/** A table to begin with, which is right as it stands. */
export function template(): Blob {
  const row = ["rice-5kg", "Organic rice 5 kg", "1250.00", "", "20", "", "standard", "true"];
  return new Blob([[COLUMNS, row].map((cells) => cells.join(",")).join("\r\n"), "\r\n"], { type: "text/csv" });
}

/** Where it is handed in; nothing is written by a dry run. */
export function pathOf({ dry, skip }: { dry: boolean; skip: boolean }): string {
  return `/api/imports/products/?dry_run=${dry}&skip_bad_rows=${skip}`;
}

/** Whether a table that was looked at may be written: all of its rows are right, or the wrong ones are left out and some others are there. */
export function mayBeWritten({ rows, bad, made, changed }: Pick<Import, "rows" | "bad" | "made" | "changed">, skip: boolean): boolean {
  return rows > 0 && made + changed > 0 && (bad === 0 || skip);
}
