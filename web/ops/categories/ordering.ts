// The order of kinds of goods beside each other, and where one may be put.
import type { components } from "../../shared/api.ts";

export type Kept = components["schemas"]["KeptCategory"];

/** What must be changed so that one stands a place higher or lower among those beside it; nothing where it cannot. */
export function moved(all: readonly Kept[], id: number, by: -1 | 1): { id: number; position: number }[] {
  const one = all.find((other) => other.id === id);
  if (one === undefined) return [];
  const beside = all.filter(({ parent_id }) => parent_id === one.parent_id);
  const at = beside.indexOf(one);
  const other = beside[at + by];
  if (other === undefined) return [];
  const next = [...beside];
  next[at] = other;
  next[at + by] = one;
  return next.flatMap((kind, position) => (kind.position === position ? [] : [{ id: kind.id, position }]));
}

/** Kinds within which one may stand: not itself, nothing within it, and none at the last level. */
export function placesFor(all: readonly Kept[], id: number | null): Kept[] {
  const within = new Set<number>(id === null ? [] : [id]);
  for (const one of all) if (one.parent_id !== null && within.has(one.parent_id)) within.add(one.id);
  const top = new Set(all.filter(({ parent_id }) => parent_id === null).map((one) => one.id));
  return all.filter((one) => !within.has(one.id) && (one.parent_id === null || top.has(one.parent_id)));
}
