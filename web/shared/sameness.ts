// Whether two things that were wanted are the same: by what they say, and files by which they are.
const files = new WeakMap<Blob, number>();
let counted = 0;

/** The same words for the same. JSON alone says `{}` of every file. */
export function nameOf(wanted: unknown): string {
  return JSON.stringify(wanted, (_, value: unknown) => (value instanceof Blob ? { file: numberOf(value) } : value)) ?? "";
}

function numberOf(file: Blob): number {
  const known = files.get(file) ?? ++counted;
  files.set(file, known);
  return known;
}
