// What the pages say. A sentence that is missing in Nepali is shown in English; a test finds it before a reader does.
import { type Language, devanagari } from "./numbers.ts";
import words from "./words.json";

/** The sentences of a page in each language; those that all pages say are in `shared/words.json`. */
export interface Words {
  readonly en: Readonly<Record<string, string>>;
  readonly ne: Readonly<Record<string, string>>;
}

export type Key = keyof (typeof words)["en"];
export type Say<Known extends string = Key> = (key: Known, values?: Record<string, string | number>) => string;

/** Whether a text made of an answer's word is a key: what a newer server says may be none. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(words.en, key);
}

/** The same for the sentences of a page. */
export function isKeyOf<Own extends Words>(own: Own, key: string): key is keyof Own["en"] & string {
  return Object.hasOwn(own.en, key);
}

/** The language in which a page speaks. */
export function languageOf(say: Say): Language {
  return say("language.code") === "ne" ? "ne" : "en";
}

/** A speaker of a language; values are written in its digits. `{count|parcel|parcels}` is the first of one, else the second. */
export function speaker(language: Language): Say;
export function speaker<Own extends Words>(language: Language, own: Own): Say<Key | (keyof Own["en"] & string)>;
export function speaker(language: Language, own?: Words): Say<string> {
  const said: Readonly<Record<string, string>> = { ...words.en, ...own?.en, ...words[language], ...own?.[language] };
  return (key, values = {}) =>
    (said[key] ?? key).replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (whole: string, name: string, one?: string, more?: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (one !== undefined) return (value === 1 ? one : more) ?? "";
      const text = String(value);
      // Names, addresses and numbers of parcels stay as they were written.
      return language === "ne" && !/[A-Za-z]/.test(text) ? devanagari(text) : text;
    });
}

/** The language of the page: what the address says, then what was chosen, then what the server or the browser says. */
export function pageLanguage(): Language {
  const asked = new URLSearchParams(location.search).get("lang") ?? readChoice();
  if (asked === "en" || asked === "ne") return asked;
  if (document.documentElement.lang === "ne") return "ne";
  return navigator.language.startsWith("ne") ? "ne" : "en";
}

function readChoice(): string | null {
  try {
    return localStorage.getItem("language");
  } catch {
    return null; // a browser that keeps nothing for us
  }
}

const DIGITS = "digits";

/** Whether this reader wants Latin digits in Nepali. */
export function wantsLatinDigits(): boolean {
  try {
    return localStorage.getItem(DIGITS) === "latin";
  } catch {
    return false; // a browser that keeps nothing for us
  }
}

/** Write numbers in Nepali with these digits from now on. */
export function chooseDigits(latin: boolean): void {
  try {
    localStorage.setItem(DIGITS, latin ? "latin" : "deva");
  } catch {
    return; // it could not be kept over the reload that shows it
  }
  location.reload();
}

/** Show the page in another language from now on; the address says it, so that a shared link shows the same. */
export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem("language", language);
  } catch {
    // It holds as long as the address is kept.
  }
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  location.assign(address);
}
