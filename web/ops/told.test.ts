import { expect, test } from "vitest";
import { speaker } from "../shared/words.ts";
import { words } from "./speech.ts";
import { aboutOf, sentenceOf } from "./told.ts";

const say = speaker("en", words);

test("what was done is told as a sentence about people and things", () => {
  const of = (action: string, subject_kind = "delivery", subject_id = "16") => sentenceOf({ action, actor_id: 7, subject_kind, subject_id, transporter_name: null }, say);
  const given = { action: "delivery.assigned", actor_id: 7, subject_kind: "delivery", subject_id: "16", transporter_name: "Ram" };
  expect(sentenceOf(given, say)).toEqual(["{who}", " gave the delivery ", "{what}", " to ", "{whom}"]);
  expect(of("delivery.assigned")).toEqual(["{who}", " gave the delivery ", "{what}", " to a transporter"]);
  expect(of("moon.reached")).toEqual(["{who}", ": moon.reached (", "{what}", ")"]);
  expect(of("toString").join("")).toBe("{who}: toString ({what})");
  expect([of("sign_in.opened", "user", "7"), of("sign_in.opened", "user", "8")]).toEqual([["{who}", " signed in"], ["{who}", " signed in as ", "{what}"]]);
});

test("every sentence names who acted and what it was done to, in both languages", () => {
  for (const language of [words.en, words.ne]) {
    for (const [key, text] of Object.entries(language)) {
      if (key.startsWith("did.")) expect([key, text.includes("{who}"), text.includes("{what}")]).toEqual([key, true, !key.endsWith(".own")]);
    }
  }
});

test("what has a name is called by it and leads to more, what has none says its kind and number", () => {
  const about = (subject_kind: string, subject_id: string, subject_name: string | null) => aboutOf({ subject_kind, subject_id, subject_name }, say);
  expect(about("delivery", "16", "TRK1")).toEqual({ name: "TRK1", href: "/ops/deliveries/16" });
  expect(about("transporter", "3", "Ram & Co")).toEqual({ name: "Ram & Co", href: "/ops/transporters?find=Ram%20%26%20Co&open=3" });
  expect(about("order", "5", "MP-1")).toEqual({ name: "MP-1", href: "/ops/orders/5" });
  expect(about("user", "7", "Sita")).toEqual({ name: "Sita", href: "/ops/audit?subject_kind=user&subject_id=7" });
  expect(about("moon_base", "5", null)).toEqual({ name: "moon base 5", href: null });
});

test("what has no name is said once what it is, in the reader's words: by its sentence, or else before its number", () => {
  const told = (language: "en" | "ne", action: string, subject_kind: string, subject_id: string): string => {
    const speaks = speaker(language, words);
    const { name } = aboutOf({ subject_kind, subject_id, subject_name: null }, speaks);
    return sentenceOf({ action, actor_id: 1, subject_kind, subject_id, transporter_name: null }, speaks).join("").replace("{what}", name);
  };
  expect(told("en", "refund.approved", "refund", "3")).toBe("{who} approved the refund #3");
  expect(told("en", "document.approved", "document", "12")).toBe("{who} approved document 12");
  expect(told("ne", "document.approved", "document", "12")).toBe("{who}ले कागजात १२ स्वीकृत गर्नुभयो");
  expect(told("en", "sign_in.failed", "user", "sita@shop.example")).toBe("{who} failed to sign in as sita@shop.example");
  expect(told("en", "account.closed", "user", "7")).toBe("{who} closed the account of user 7");
});
