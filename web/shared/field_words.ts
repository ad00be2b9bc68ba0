// What the server finds wrong with a field, by the pattern of its words; what is not known here is shown as the server said it.
import { type Language, devanagari } from "./numbers.ts";

/** What the server says of a text that is needed and empty. */
export const NEEDED = "must have a character that can be seen";

/** What is wrong with a field, as the server says it. English is null where its words are good. */
const FIELDS: readonly (readonly [RegExp, string | null, string])[] = [
  [/^(?:must have (?:a character|characters) that can be seen|is required)$/, "Fill this in.", "यो भर्नुहोस्।"],
  [/^must be an amount\b/, null, "रकम लेख्नुहोस्, जस्तै 1250.00।"],
  [/^must be a phone number\b/, null, "फोन नम्बर लेख्नुहोस्, जस्तै +977-9841234567।"],
  [/^must be a whole number\b/, null, "पूरा संख्या लेख्नुहोस्।"],
  [/^must be a number\b/, null, "संख्या लेख्नुहोस्।"],
  [/^must be a date\b/, null, "मिति लेख्नुहोस्।"],
  [/^must be a time\b/, null, "समय लेख्नुहोस्।"],
  [/^must be at least (-?[\d.]+)$/, null, "कम्तीमा {0} हुनुपर्छ।"],
  [/^must be at most (-?[\d.]+)$/, null, "बढीमा {0} हुन सक्छ।"],
  [/^must be more than (-?[\d.]+)$/, null, "{0} भन्दा बढी हुनुपर्छ।"],
  [/^must be more than (-?[\d.]+) and at most (-?[\d.]+)$/, null, "{0} भन्दा बढी र बढीमा {1} हुनुपर्छ।"],
  [/^must have at least (\d+) characters?$/, null, "कम्तीमा {0} अक्षर चाहिन्छ।"],
  [/^must have at most (\d+) characters?$/, null, "बढीमा {0} अक्षर हुन सक्छ।"],
  [/^must not be your e-mail address or your name$/, null, "आफ्नो इमेल वा नाम नराख्नुहोस्।"],
];

/** What is wrong with one field. */
export function fieldWords(text: string, language: Language): string {
  for (const [pattern, en, ne] of FIELDS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    if (language === "en") return en ?? text;
    return ne.replace(/\{(\d)\}/g, (_, place: string) => devanagari(found[Number(place) + 1] ?? ""));
  }
  return text;
}
