import type { ComponentChildren } from "preact";
import type { Language } from "./numbers.ts";
import { type Say, chooseLanguage } from "./words.ts";

/** What stands around every page: a way past it for keyboards, home, and the other language. */
export function Frame(given: { language: Language; say: Say; state?: ComponentChildren; children: ComponentChildren }) {
  const other: Language = given.language === "en" ? "ne" : "en";
  return (
    <>
      <a class="skip" href="#content">{given.say("skip")}</a>
      <header class="bar">
        <a class="brand" href="/">{given.say("home.title")}</a>
        <div class="end">
          {given.state}
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
