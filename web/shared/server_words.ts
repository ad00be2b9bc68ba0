// The server speaks English. In Nepali its refusals are said by their codes; what is not known here is shown as the server said it.
// Every page loads this first: what is wrong with a field is in `field_words.ts`, why somebody gets nothing in `reason_words.ts`.
import type { Language } from "./numbers.ts";

let refusals: Readonly<Record<string, string>> | null = null;

/** The Nepali words of refusals: whoever reads English does not load them. Where they cannot be had, the server's own stand until the next refusal. */
export async function learnRefusals(): Promise<void> {
  try {
    refusals ??= (await import("./server_words.json")).default;
  } catch {
    // no network
  }
}

/** A refusal: `code` as the server names it, in any case; `text` its own words. */
export function refusalWords(code: string, text: string, language: Language): string {
  if (language !== "ne") return text;
  if (refusals === null) void learnRefusals();
  const known = refusals ?? {};
  return Object.hasOwn(known, code.toLowerCase()) ? (known[code.toLowerCase()] ?? text) : text;
}
