// One page a folder; all share the chunks that they have in common.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { daysInMonth, toBik } from "bikram-sambat";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { pageFiles, pagesIn } from "./page_html.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const pages = pagesIn(here);

// The server never compresses a file of a page: each lies beside its packed forms.
// The last two levels save 3 % more and take ten times as long.
const BROTLI_QUALITY = 9;
const PACKED = /\.(?:js|mjs|css|html|json|svg)$/;

function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [fileName, made] of Object.entries(bundle)) {
          if (!PACKED.test(fileName)) continue;
          const bytes = Buffer.from(made.type === "chunk" ? made.code : made.source);
          const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
          const gzip = gzipSync(bytes, { level: 9 });
          if (gzip.length < bytes.length) this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: gzip });
          if (brotli.length < bytes.length) this.emitFile({ type: "asset", fileName: `${fileName}.br`, source: brotli });
        }
      },
    },
  };
}

const DAY_MS = 86_400_000;

/** The tables of the calendar as the server reads them: the Gregorian day on which they begin, and the days of each month. */
function bikramSambat(): { first_day: string; first_year: number; month_lengths: number[][] } {
  const first_year = 1970;
  const month_lengths: number[][] = [];
  try {
    for (;;) month_lengths.push(Array.from({ length: 12 }, (_, index) => daysInMonth(first_year + month_lengths.length, index + 1)));
  } catch {
    // the tables end here
  }
  let first = Date.UTC(1913, 3, 1);
  const begins = (at: number): boolean => {
    try {
      const { year, month, day } = toBik(new Date(at).toISOString().slice(0, 10));
      return year === first_year && month === 1 && day === 1;
    } catch {
      return false; // before the tables
    }
  };
  while (!begins(first)) first += DAY_MS;
  return { first_day: new Date(first).toISOString().slice(0, 10), first_year, month_lengths };
}

// The server writes the first picture of a page itself, in the same words and the same calendar.
function wordsForTheServer(): Plugin {
  return {
    name: "words-for-the-server",
    apply: "build",
    buildStart() {
      const [shared, tracking] = ["shared", "tracking"].map((name) => JSON.parse(readFileSync(resolve(here, name, "words.json"), "utf8")));
      const source = JSON.stringify({ en: { ...shared.en, ...tracking.en }, ne: { ...shared.ne, ...tracking.ne } });
      this.emitFile({ type: "asset", fileName: "words.json", source });
      this.emitFile({ type: "asset", fileName: "bikram_sambat.json", source: JSON.stringify(bikramSambat()) });
    },
  };
}

// Vite gathers the licences of programs; a font that only a style sheet names is none to it.
function licenceOfTheFont(): Plugin {
  return {
    name: "licence-of-the-font",
    apply: "build",
    buildStart() {
      const source = readFileSync(resolve(here, "node_modules/@fontsource/noto-sans-devanagari/LICENSE"));
      this.emitFile({ type: "asset", fileName: "licence-noto-sans-devanagari.txt", source });
    },
  };
}

// What a phone installs is asked for under addresses that stay: they are served by the page's own routes.
const INSTALLED = ["manifest.webmanifest", "icon-192.png", "icon-512.png"];

function courierApp(): Plugin {
  return {
    name: "courier-app",
    apply: "build",
    buildStart() {
      for (const name of INSTALLED) {
        this.emitFile({ type: "asset", fileName: `courier/${name}`, source: readFileSync(resolve(here, "courier/app", name)) });
      }
    },
  };
}

export default defineConfig({
  root: here,
  base: "/pages/",
  publicDir: false,
  plugins: [pageFiles(here), wordsForTheServer(), licenceOfTheFont(), courierApp(), packed()],
  worker: { format: "es" },
  define: { BUILT_PAGES: JSON.stringify(pages) },
  build: {
    outDir: resolve(here, "../api/pages"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the pages allows nothing inline
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_200,
    license: { fileName: "licences.md" }, // what is bundled asks that its notices come with it
    rollupOptions: {
      input: {
        ...Object.fromEntries(pages.map((name) => [name, resolve(here, name, "index.html")])),
        "courier-worker": resolve(here, "courier/worker/worker.ts"),
      },
      output: { entryFileNames: ({ name }) => (name === "courier-worker" ? "courier/worker.js" : "assets/[name]-[hash].js") },
    },
  },
  test: { include: ["**/*.test.ts"], environment: "node", isolate: false, css: true },
});
