import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inNepali, pageHtml, pagesIn } from "./page_html.ts";

const web = fileURLToPath(new URL(".", import.meta.url));

test("a folder with a program of its name is a page, and others are none", () => {
  expect(pagesIn(web)).toEqual(expect.arrayContaining(["console", "courier", "home", "ops", "seller", "shop", "tracking"]));
  expect(pagesIn(web)).not.toContain("shared");
});

test("a page has one title and one viewport, starts its own program, and only the first page is open to search", () => {
  for (const name of pagesIn(web)) {
    const html = pageHtml(web, name);
    expect(html.match(/<title>[^<]+<\/title>/g), name).toHaveLength(1);
    expect(html.match(/name="viewport"/g), name).toHaveLength(1);
    expect(html).toContain(`src="./${name}.tsx"`);
    expect(html.includes("noindex"), name).toBe(name !== "home");
  }
});

test("each page says its name and what it needs before its program runs, with nothing inline", () => {
  for (const name of pagesIn(web)) {
    const html = pageHtml(web, name);
    if (name === "tracking") continue; // the server writes it
    expect(html.match(/<h1>[^<]+<\/h1>/g), name).toHaveLength(1);
    expect(html.match(/<noscript><p>[^<]*JavaScript/), name).not.toBeNull();
    expect(html, name).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  }
});

test("what a page says differently comes out of its folder", () => {
  expect(pageHtml(web, "courier")).toContain('rel="manifest"');
  expect(pageHtml(web, "tracking")).toContain('<div id="page"><!--content--></div>');
  expect(pageHtml(web, "console")).toContain("<title>Console</title>");
});

test("a reader of Nepali sees Nepali from the first bytes on, and the same page otherwise", () => {
  for (const name of pagesIn(web).filter((one) => one !== "tracking")) {
    const [english, nepali] = [pageHtml(web, name), inNepali(pageHtml(web, name), web, name)];
    expect(nepali).toContain('<html lang="ne">');
    const [seen = ""] = /<body>.*/s.exec(nepali.replace(/<noscript>.*?<\/noscript>/s, "")) ?? [];
    const latin = [...seen.matchAll(/>([^<>]*[A-Za-z]{3}[^<>]*)</g)].map(([, text = ""]) => text.replaceAll(/&nbsp;/g, "").replace("API", "")).filter((text) => /[A-Za-z]{3}/.test(text));
    expect(latin, name).toEqual([]);
    expect(nepali.replaceAll(/[^<>]*(?=<)/g, "").length, name).toBe(english.replaceAll(/[^<>]*(?=<)/g, "").length);
    expect(/<title>(.*)<\/title>/.exec(nepali)?.[1], name).toMatch(/[\u0900-\u097f]/);
  }
});
