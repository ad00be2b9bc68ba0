// What the worker of the page decides, apart from the browser that it runs in.

const SHELLS_KEPT = 2; // a page that is open when a release comes still finds its own files
const PREFIX = "courier-";

/** Everything of ours that a page names: its programs, styles and pictures, whose names say their content. */
export function assetsOf(html: string): string[] {
  const named = [...html.matchAll(/(?:src|href)="(\/pages\/assets\/[^"]+)"/g)].map((found) => found[1] ?? "");
  return [...new Set(named)].sort();
}

/** The name of the cache for a page: another page, another cache. */
export function cacheOf(html: string): string {
  return PREFIX + assetsOf(html).map((path) => path.slice(path.lastIndexOf("/") + 1)).join("|");
}

/** Which caches of ours are too old, where `names` are in the order in which they were made. */
export function outdated(names: readonly string[], current: string): string[] {
  const own = names.filter((name) => name.startsWith(PREFIX) && name !== current);
  return own.slice(0, Math.max(0, own.length - (SHELLS_KEPT - 1)));
}

export type Way = "shell" | "asset" | "network";

/** How a request is answered: pages from the network first, files for ever, everything else not by us. */
export function wayOf(request: { method: string; mode: string; url: string }, origin: string): Way {
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== origin) return "network";
  if (request.mode === "navigate") return /^\/courier(?:\/|$)/.test(address.pathname) ? "shell" : "network";
  return address.pathname.startsWith("/pages/assets/") ? "asset" : "network";
}
