// A table as somebody has it: what it must look like, and what came of one.
import type { components } from "../api.ts";

export type Import = components["schemas"]["ImportAnswer"];

/** What the wrong rows call themselves is said to whoever hands the table in, and never again. */
export type ImportDetails = components["schemas"]["ImportDetails"] & Partial<Pick<components["schemas"]["TakenImport"], "wrong">>;

export type Kind = components["schemas"]["ImportAnswer"]["kind"];

const STOP = ["address", "latitude", "longitude", "contact_name", "contact_phone", "instructions"] as const;

/** As the server's documentation names them. */
export const COLUMNS = {
  products: ["external_id", "name", "listed_price", "discounted_price", "stock", "weight_kg", "description", "tax_class", "category", "images", "is_active"],
  transporters: ["external_id", "email", "name", "phone", "vehicle_type", "capacity_kg", "business_name", "vehicle_number", "max_active"],
  deliveries: [
    "marketplace_sale_id", ...STOP.map((part) => `pickup_${part}` as const), ...STOP.map((part) => `delivery_${part}` as const),
    "package_weight", "package_dimensions", "package_value", "fragile", "requires_signature", "special_instructions", "priority", "delivery_fee",
    "requested_pickup_date", "requested_delivery_date", "ready_at", "label", "external_id", "proof_pickup", "proof_drop_off", "proof_return", "proof_age_minimum",
  ],
} as const satisfies Record<Kind, readonly string[]>;

export const NEEDED: Record<Kind, readonly string[]> = {
  products: COLUMNS.products.slice(0, 3),
  transporters: COLUMNS.transporters.slice(0, 6),
  deliveries: ["marketplace_sale_id", ...["pickup", "delivery"].flatMap((end) => ["address", "contact_name", "contact_phone"].map((part) => `${end}_${part}`))],
};

/** A table that is larger is taken by a job, which is asked how far it is. */
const AT_ONCE_BYTES = 50_000;

export function isLarge(file: { size: number }): boolean {
  return file.size > AT_ONCE_BYTES;
}

/** Whether nobody knows yet what comes of it. */
export function isWaiting({ state }: Pick<Import, "state">): boolean {
  return state === "waiting";
}

/** A table out of the server: what there is, or one to begin with. */
export function tablePath(kind: Kind, format: "csv" | "xlsx", empty: boolean): string {
  return `/api/imports/${kind}/table/?format=${format}&empty=${empty}`;
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
export function leftOut(kind: Kind, columns: readonly string[]): string[] {
  return COLUMNS[kind].filter((one) => !columns.includes(one));
}

/** Where it is handed in; nothing is written by a dry run. */
export function pathOf(kind: Kind, { dry, skip, name }: { dry: boolean; skip: boolean; name: string }): string {
  return `/api/imports/${kind}/?${new URLSearchParams({ dry_run: String(dry), skip_bad_rows: String(skip), file_name: [...name].slice(0, 200).join("") })}`;
}

/** Whether a table that was looked at may be written: all of its rows are right, or the wrong ones are left out and some others are there. */
export function mayBeWritten({ rows, bad, made, changed }: Pick<Import, "rows" | "bad" | "made" | "changed">, skip: boolean): boolean {
  return rows > 0 && made + changed > 0 && (bad === 0 || skip);
}
