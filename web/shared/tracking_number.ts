// A tracking number as people type, copy or read it out; the server reads it the same way (dispatch/numbers.py).

/** A number, or a part of one, as it is kept: in capitals, nothing between its signs. */
export function numberSigns(text: string): string {
  return text.normalize("NFKC").replace(/[\s_\p{Pd}\p{Cf}]+/gu, "").toUpperCase();
}
