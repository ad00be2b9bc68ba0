// One page a folder: each has an index.html, and all share the chunks that they have in common.
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = fileURLToPath(new URL(".", import.meta.url));
const pages = readdirSync(here).filter((name) => name !== "node_modules" && existsSync(resolve(here, name, "index.html")));

// The server never compresses a file of a page: each lies beside its packed forms.
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
          const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
          this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: gzipSync(bytes, { level: 9 }) });
          this.emitFile({ type: "asset", fileName: `${fileName}.br`, source: brotli });
        }
      },
    },
  };
}

export default defineConfig({
  root: here,
  base: "/pages/",
  publicDir: false,
  plugins: [packed()],
  build: {
    outDir: resolve(here, "../api/pages"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the pages allows nothing inline
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_200,
    rollupOptions: { input: Object.fromEntries(pages.map((name) => [name, resolve(here, name, "index.html")])) },
  },
  test: { include: ["**/*.test.ts"], environment: "node" },
});
