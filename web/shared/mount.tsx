import { type ComponentChild, render } from "preact";
import "./base.css";
import { type Language, writeLatinDigits } from "./numbers.ts";
import { learnRefusals } from "./server_words.ts";
import { type Key, type Say, type Words, pageLanguage, speaker, wantsLatinDigits } from "./words.ts";

export interface Spoken<Own extends Words> {
  language: Language;
  say: Say<Key | (keyof Own["en"] & string)>;
}

/** Draws a page into its place, in the language of the page. */
export function mount<Own extends Words>(own: Own, draw: (spoken: Spoken<Own>) => ComponentChild): void {
  const page = document.getElementById("page");
  if (page === null) return;
  const language = pageLanguage();
  document.documentElement.lang = language;
  writeLatinDigits(wantsLatinDigits());
  if (language === "ne") void learnRefusals();
  page.replaceChildren();
  render(draw({ language, say: speaker(language, own) }), page);
}
