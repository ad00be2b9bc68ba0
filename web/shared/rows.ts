// Rows as a person sorts them and finds some by typing.
export type Cell = string | number | null;

/** "name" upwards, "-name" downwards; null as it came. */
export type Order = string | null;

/** What a click on a column's head asks for next: up, down, as it came. */
export function nextOrder(order: Order, column: string): Order {
  if (order === column) return `-${column}`;
  return order === `-${column}` ? null : column;
}

/** Rows by one of their values; numbers by size, words by the alphabet, what is missing last. Equal ones stay as they came. */
export function sorted<Row>(rows: readonly Row[], value: ((row: Row) => Cell) | null, down: boolean): readonly Row[] {
  if (value === null) return rows;
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return sign * (typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other)));
  });
}

// Longer than the name of a place; numbers of orders, addresses of e-mail and links are longer.
const MOST_IN_A_WORD = 16;

/** Whether a text is made of words as people write them, in whose middle no line ends. */
export function isOfWords(shown: unknown): boolean {
  return typeof shown === "string" && shown.split(/[\s\p{Pd}]+/u).every((word) => word.length <= MOST_IN_A_WORD);
}

/** Rows that have every typed word somewhere. */
export function found<Row>(rows: readonly Row[], values: readonly ((row: Row) => Cell)[], typed: string): readonly Row[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = values.map((value) => value(row) ?? "").join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
