import { expect, test } from "vitest";
import { speaker } from "../shared/words.ts";
import { words } from "./speech.ts";
import { aboutOf, sentenceOf } from "./told.ts";

const say = speaker("en", words);

test("what was done is told as a sentence about people and things", () => {
  const of = (action: string, subject_kind = "delivery", subject_id = "16") => sentenceOf({ action, actor_id: 7, subject_kind, subject_id }, say);
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
  const about = (subject_kind: string, subject_id: string, subject_name: string | null) => aboutOf({ subject_kind, subject_id, subject_name });
  expect(about("delivery", "16", "TRK1")).toEqual({ name: "TRK1", href: "/t/TRK1" });
  expect(about("transporter", "3", "Ram & Co")).toEqual({ name: "Ram & Co", href: "/ops/transporters?find=Ram%20%26%20Co&open=3" });
  expect(about("user", "7", "Sita")).toEqual({ name: "Sita", href: "/ops/audit?subject_kind=user&subject_id=7" });
  expect(about("api_key", "5", null)).toEqual({ name: "api key 5", href: null });
});
