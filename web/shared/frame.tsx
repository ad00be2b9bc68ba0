import type { ComponentChildren } from "preact";
import type { Language } from "./numbers.ts";
import { type Say, chooseDigits, chooseLanguage, wantsLatinDigits } from "./words.ts";

interface Given {
  language: Language;
  say: Say;
  state?: ComponentChildren;
  /** How whoever works here leaves; their pages have it in the same place. */
  signOut?: () => Promise<void>;
  children: ComponentChildren;
}

/** What stands around every page: a way past it for keyboards, home, the way out, and the other language. */
export function Frame(given: Given) {
  const other: Language = given.language === "en" ? "ne" : "en";
  const digits = wantsLatinDigits() ? "१२३" : "123";
  const called = `${given.say("digits.other")}: ${digits}`;
  return (
    <>
      <a class="skip" href="#content">{given.say("skip")}</a>
      <header class="bar">
        <a class="brand" href="/">{given.say("home.title")}</a>
        <div class="end">
          {given.state}
          {given.signOut !== undefined && <button type="button" class="link" onClick={() => void given.signOut?.()}>{given.say("sign_out")}</button>}
          {given.language === "ne" && (
            <button type="button" class="link" title={called} aria-label={called} onClick={() => chooseDigits(!wantsLatinDigits())}>
              {digits}
            </button>
          )}
          <a
            href={`?lang=${other}`}
            lang={other}
            hreflang={other}
            onClick={(event) => {
              event.preventDefault();
              chooseLanguage(other);
            }}
          >
            {given.say("language.other")}
          </a>
        </div>
      </header>
      {given.children}
    </>
  );
}
