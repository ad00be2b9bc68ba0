// The file that a browser gets for a page. All pages have the same frame around them; what a page says differently lies in its
// folder: head.html and body.html. Where there is no body.html, the name of the page and a skeleton stand until its program runs:
// some lines, or what skeleton.html has, within the frame of the page's own style.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

// The name that stands in the tab until the page's program has given its own, in the reader's language.
const UNTIL_THEN = "Dispatch";
const SKELETON_LINES = 4;
const OPEN_TO_SEARCH = "home"; // all others are somebody's work or somebody's parcel

/** The pages: each is a folder whose program has the folder's name. */
export function pagesIn(folder: string): string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory() && one.name !== "node_modules");
  return folders.map((one) => one.name).filter((name) => existsSync(resolve(folder, name, `${name}.tsx`)));
}

function partOf(folder: string, name: string, part: "head" | "body" | "skeleton"): string {
  const path = resolve(folder, name, `${part}.html`);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd() : "";
}

export function pageHtml(folder: string, name: string): string {
  const head = partOf(folder, name, "head");
  const lines = [
    '<meta charset="utf-8">',
    head.includes('name="viewport"') ? "" : '<meta name="viewport" content="width=device-width, initial-scale=1">',
    name === OPEN_TO_SEARCH ? "" : '<meta name="robots" content="noindex">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${titleOf(folder, name)}</title>`,
    '<link rel="icon" href="../shared/icon.svg" type="image/svg+xml">',
    head,
    `<script type="module" src="./${name}.tsx"></script>`,
  ].filter((line) => line !== "");
  return `<!doctype html>
<html lang="en">
<head>
${lines.join("\n")}
</head>
<body><div id="page">${partOf(folder, name, "body") || skeleton(folder, name)}</div></body>
</html>
`;
}

/** What is seen first, before any program has come; in Nepali where the server knows that the reader wants it, see `inNepali`. */
function skeleton(folder: string, name: string): string {
  const { en, ne } = wordsOf(folder, "shared/first");
  return `
<header class="bar"><a class="brand" href="/">${wordsOf(folder, "shared").en["home.title"]}</a></header>
<main class="${["coming", ...(partOf(folder, name, "skeleton") === "" ? [] : [name])].join(" ")}" id="content">
<h1>${titleOf(folder, name)}</h1>
<noscript><p>${en["needs_script"]}</p><p lang="ne">${ne["needs_script"]}</p></noscript>
<p class="long quiet">${en["still_loading"]}</p>
${partOf(folder, name, "skeleton") || `<div class="skeleton" aria-hidden="true">${"<div></div>".repeat(SKELETON_LINES)}</div>`}
</main>
`;
}

function wordsOf(folder: string, name: string): { en: Record<string, string>; ne: Record<string, string> } {
  return JSON.parse(readFileSync(resolve(folder, name, "words.json"), "utf8")) as ReturnType<typeof wordsOf>;
}

function titleOf(folder: string, name: string): string {
  const path = resolve(folder, name, "words.json");
  if (!existsSync(path)) return UNTIL_THEN;
  return wordsOf(folder, name).en[`${name}.title`] ?? UNTIL_THEN;
}

/** A built page as a reader of Nepali first sees it: each of its texts that is a sentence of its words, in theirs. */
export function inNepali(html: string, folder: string, name: string): string {
  const known = new Map<string, string>();
  for (const { en, ne } of [wordsOf(folder, "shared"), wordsOf(folder, "shared/first"), ...(existsSync(resolve(folder, name, "words.json")) ? [wordsOf(folder, name)] : [])]) {
    for (const [key, text] of Object.entries(en)) if (ne[key] !== undefined) known.set(text, ne[key]);
  }
  const [head = "", body = ""] = html.split(/(?=<body>)/);
  const translated = body.split(/(<noscript>.*?<\/noscript>)/s).map((part) => part.startsWith("<noscript>") ? part : part.replace(/>([^<>]+)</g, (whole: string, text: string) => (known.has(text) ? `>${known.get(text)}<` : whole)));
  const titled = head.replace(/<title>([^<]*)<\/title>/, (whole: string, text: string) => (known.has(text) ? `<title>${known.get(text)}</title>` : whole));
  return titled.replace('<html lang="en">', '<html lang="ne">') + translated.join("");
}

/** Gives Vite an index.html in each page's folder, as if it lay there. */
export function pageFiles(folder: string): Plugin {
  const made = new Map(pagesIn(folder).map((name) => [resolve(folder, name, "index.html"), name]));
  return {
    name: "page-files",
    apply: "build",
    enforce: "pre",
    resolveId: (id) => (made.has(id) ? id : null),
    load(id) {
      const name = made.get(id);
      if (name === undefined) return null;
      for (const part of [`${name}/head.html`, `${name}/body.html`, `${name}/skeleton.html`, `${name}/words.json`, "shared/words.json", "shared/first/words.json"]) {
        const path = resolve(folder, part);
        if (existsSync(path)) this.addWatchFile(path);
      }
      return pageHtml(folder, name);
    },
    // Beside each page the same in Nepali: the server sends the one that is asked for.
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const name of made.values()) {
          const page = bundle[`${name}/index.html`];
          if (page?.type !== "asset" || name === "tracking") continue; // that one the server writes
          const html = typeof page.source === "string" ? page.source : new TextDecoder().decode(page.source);
          this.emitFile({ type: "asset", fileName: `${name}/index.ne.html`, source: inNepali(html, folder, name) });
        }
      },
    },
  };
}
