// The keys of the queue: pure.

export const KEYS = { approve: "a", reject: "r", next: "j", before: "k" } as const;
export type QueueAct = keyof typeof KEYS;

/** What a key does; nothing while something is typed, or together with another key. */
export function actOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat">, typing: boolean): QueueAct | null {
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const key = event.key.toLowerCase();
  return (Object.keys(KEYS) as QueueAct[]).find((act) => KEYS[act] === key) ?? null;
}

/** The one after or before an id in a list; the first where there is none such. */
export function neighbour(ids: readonly number[], id: number | null, step: 1 | -1): number | null {
  const at = id === null ? -1 : ids.indexOf(id);
  if (at === -1) return ids[0] ?? null;
  return ids[Math.min(Math.max(at + step, 0), ids.length - 1)] ?? null;
}

/** What is looked at after one was decided: the next in the list, else the one before it. */
export function afterwards(ids: readonly number[], decided: number): number | null {
  const at = ids.indexOf(decided);
  return ids[at + 1] ?? ids[at - 1] ?? null;
}
