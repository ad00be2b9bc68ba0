import { expect, test } from "vitest";
import { Refused } from "../client.ts";
import { speaker } from "../words.ts";
import { keptWords } from "./kept_account.ts";
import { words } from "./own_words.ts";

const kept = (reasons: Record<string, number>, code = "account_in_use"): Refused => new Refused(409, code, "The account cannot be deleted yet: something.", {}, null, reasons);

test("what keeps an account is said with how many, a parcel that goes back among it, in both languages", () => {
  const error = kept({ payments_open: 2, returns_open: 1 });
  expect(keptWords(error, speaker("en", words))).toBe("The account cannot be deleted yet: 2 payments are open; 1 parcel goes back to its seller and is not there");
  expect(keptWords(error, speaker("ne", words))).toBe("खाता अझै मेटाउन सकिँदैन: २ भुक्तानी खुला छन्; विक्रेताकहाँ फर्कने १ पार्सल पुगेका छैनन्");
});

test("where the page has no words for any of it, the server's own are left to be said", () => {
  const say = speaker("en", words);
  expect(keptWords(kept({ something_new: 1 }), say)).toBeNull();
  expect(keptWords(kept({ returns_open: 1 }, "wrong_password"), say)).toBeNull();
  expect(keptWords(new Error("no network"), say)).toBeNull();
});
