import { expect, test } from "vitest";
import { type Words, isKeyOf, speaker } from "./words.ts";
import ops from "../ops/words.json";
import tracking from "../tracking/words.json";
import shared from "./words.json";

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((found) => found[0]).sort();
const files = import.meta.glob<{ default: Words }>(["../*/words.json", "../*/*/words.json", "!../node_modules/**"], { eager: true });

test("every sentence is there in both languages, with the same places for values", () => {
  expect(Object.keys(files)).toEqual(expect.arrayContaining(["./words.json", "../console/rooms/words.json"]));
  for (const [file, { default: words }] of Object.entries(files)) {
    expect([file, ...Object.keys(words.ne).sort()]).toEqual([file, ...Object.keys(words.en).sort()]);
    for (const [key, text] of Object.entries(words.en)) expect([key, placeholders(words.ne[key] ?? "")]).toEqual([key, placeholders(text)]);
  }
});

test("a page says nothing under a name that all pages share", () => {
  for (const [file, { default: words }] of Object.entries(files)) {
    if (file !== "./words.json") expect([file, ...Object.keys(words.en).filter((key) => Object.hasOwn(shared.en, key))]).toEqual([file]);
  }
});

test("a Nepali postposition is written together with its word", () => {
  const apart = /[^\s,:;.·। ] (का|की|को|ले|मा|बाट|लाई|सम्म|देखि|सँग|मध्ये|सहित|अनुसार|तिर)(?=[\s.,:;?।]|$)/u;
  const who = ["home.people", "signature.relation"]; // there it is the word for "who"
  for (const [file, { default: words }] of Object.entries(files)) {
    const found = Object.entries(words.ne).filter(([key, text]) => !who.includes(key) && apart.test(text));
    expect([file, ...found.map(([key]) => key)]).toEqual([file]);
  }
});

test("a seller is spelt in one way in Nepali", () => {
  for (const [file, { default: words }] of Object.entries(files)) expect([file, ...Object.entries(words.ne).flatMap(([key, text]) => (text.includes("बिक्रे") ? [key] : []))]).toEqual([file]);
});

test("what is a sentence in English ends as one in Nepali, and what the pages put together ends by the language's own sign", () => {
  for (const [file, { default: words }] of Object.entries(files)) {
    const open = Object.entries(words.en).filter(([key, text]) => key !== "sentence.end" && text.endsWith(".") && !/[।?]$/.test(words.ne[key] ?? ""));
    expect([file, ...open.map(([key]) => key)]).toEqual([file]);
  }
  const sources = import.meta.glob<string>(["../**/*.tsx", "!../node_modules/**"], { eager: true, query: "?raw", import: "default" });
  expect(Object.keys(sources).length).toBeGreaterThan(50);
  for (const [file, source] of Object.entries(sources)) expect([file, ...(source.match(/[`"]\. (?:\$\{|["`])|\bsay\(.*\)\}\.(?=[\s<])/g) ?? [])]).toEqual([file]);
});

test("where something goes to is asked as a place, not as an end of time", () => {
  expect([speaker("ne")("from"), speaker("ne")("to")]).toEqual(["कहाँबाट", "कहाँ"]);
});

test("values stand in their places, in the digits of the language", () => {
  expect(speaker("en", tracking)("answer.window", { from: "14:20", to: "14:35" })).toBe("Arrives 14:20–14:35");
  expect(speaker("ne")("minutes", { count: 25 })).toBe("२५ मिनेट");
});

test("what somebody wrote in Latin letters keeps its digits", () => {
  expect(speaker("ne")("sign_in.as", { email: "ram2@example.com" })).toContain("ram2@example.com");
});

test("of one thing one is said", () => {
  const say = (count: number): string => speaker("en", ops)("waiting.held", { count });
  expect([0, 1, 2].map(say)).toEqual(["0 payments held", "1 payment held", "2 payments held"]);
  const open = Object.values(files).flatMap(({ default: words }) => Object.values(words.en)).filter((text) => /\|/.test(text.replace(/\{\w+\|[^|{}]+\|[^|{}]+\}/g, "")));
  expect(open).toEqual([]);
});

test("a value that is missing is seen, not hidden", () => {
  expect(speaker("en")("minutes")).toBe("{count} min");
});

test("a page speaks its own sentences beside those of all, in English where Nepali is missing", () => {
  const own = { en: { greeting: "Hello {name}", only: "Only English" }, ne: { greeting: "नमस्ते {name}" } };
  const say = speaker("ne", own as { en: typeof own.en; ne: typeof own.en });
  expect([say("greeting", { name: "A" }), say("only"), say("minutes", { count: 1 })]).toEqual(["नमस्ते A", "Only English", "१ मिनेट"]);
  expect([isKeyOf(own as Words, "greeting"), isKeyOf(own as Words, "toString")]).toEqual([true, false]);
});
