// Times that are typed.

/** A time that was typed on Nepal's clock, wherever the browser is; null where none was. */
export function momentOf(text: string): string | null {
  if (text === "") return null;
  const at = Date.parse(`${text}+05:45`);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}
