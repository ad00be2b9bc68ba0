// What is chosen in the list, in the order in which it was chosen: one by one, from a row to another, or many at once.

export interface Selection {
  readonly ticked: ReadonlySet<number>;
  /** Where a stretch begins: what was turned last. */
  readonly anchor: number | null;
  /** What was chosen before that stretch: its end may be moved to and fro. */
  readonly before: ReadonlySet<number>;
}

export const NOTHING: Selection = { ticked: new Set(), anchor: null, before: new Set() };

/** With one more, or without it. */
export function turned({ ticked }: Selection, id: number): Selection {
  const next = new Set(ticked);
  if (!next.delete(id)) next.add(id);
  return { ticked: next, anchor: id, before: next };
}

/** These as well. */
export function joined({ ticked }: Selection, ids: Iterable<number>): Selection {
  const next = new Set([...ticked, ...ids]);
  return { ticked: next, anchor: null, before: next };
}

/** The stretch from its beginning to a row, and what was chosen before; `from`: where it begins if nothing was turned in these rows. */
export function stretched(selection: Selection, rows: readonly number[], to: number, from: number | null = null): Selection {
  const goes_on = selection.anchor !== null && rows.includes(selection.anchor);
  const anchor = goes_on ? (selection.anchor ?? to) : from !== null && rows.includes(from) ? from : to;
  const before = goes_on ? selection.before : selection.ticked;
  const [begin, end] = [rows.indexOf(anchor), rows.indexOf(to)];
  if (end < 0) return selection;
  const stretch = begin <= end ? rows.slice(begin, end + 1) : rows.slice(end, begin + 1).reverse();
  return { ticked: new Set([...before, ...stretch]), anchor, before };
}
