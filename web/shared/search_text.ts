// What is looked for, as the API takes it: whoever pastes a page into a search is looking for its beginning.

/** The most characters of a search, as in the description of the API. */
export const MOST_SEARCHED = 100;

/** Its first line's beginning, without what no keyboard writes: control characters, and half a character at the cut. */
export function searchText(text: string): string {
  return Array.from(text.replace(/[\p{Cc}\p{Cs}]+/gu, " ").trimStart()).slice(0, MOST_SEARCHED).join("");
}
