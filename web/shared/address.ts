// The address is the state: what a page shows is read from it, and reload, back and a shared link show the same.
import { useEffect, useState } from "preact/hooks";

const CHANGED = "dispatch:address";

export interface Address {
  /** "/shop/orders/12"; no slash at the end. */
  path: string;
  query: URLSearchParams;
}

export function readAddress(href: string): Address {
  const address = new URL(href, "http://page.invalid");
  return { path: address.pathname.replace(/(?<=.)\/+$/, ""), query: address.searchParams };
}

/** An address with some of its query changed; null takes a value away. */
export function changed({ path, query }: Address, changes: Record<string, string | number | null>): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, String(value));
  }
  const text = next.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** What a page's address becomes: a language that a shared link asked for goes along. */
export function following(here: Address, href: string): string {
  const language = here.query.get("lang");
  const next = readAddress(href);
  return language === null || next.query.has("lang") ? href : changed(next, { lang: language });
}

/** The address of another page of ours, in the language in which this one is shown. */
export function elsewhere(href: string): string {
  return following(readAddress(location.href), href);
}

/** Shows another address of the same page. `replace`: back leads to where one came from, not to the present one. */
export function go(href: string, { replace = false } = {}): void {
  const before = readAddress(location.href);
  const next = following(before, href);
  if (replace) history.replaceState(null, "", next);
  else history.pushState(null, "", next);
  dispatchEvent(new Event(CHANGED));
  if (readAddress(next).path === before.path) return;
  scrollTo(0, 0);
  setTimeout(() => document.getElementById("content")?.focus()); // readers begin with what is new
}

/** Whether the sheet that was open at `then` is what is looked at now, and nothing else was opened meanwhile. */
export function isStillOpen(now: Address, then: Address): boolean {
  return now.path === then.path && now.query.get("open") === then.query.get("open");
}

/** Shows another sheet, or none, in the place of the one that is open at `then`. Whoever has gone on meanwhile stays where they are. */
export function turnSheet(then: Address, open: string | number | null): void {
  const now = readAddress(location.href);
  if (isStillOpen(now, then)) go(changed(now, { open }));
}

/** The address as it is now, and again whenever it changes. */
export function useAddress(): Address {
  const [href, setHref] = useState(location.href);
  useEffect(() => {
    const read = (): void => setHref(location.href);
    addEventListener("popstate", read);
    addEventListener(CHANGED, read);
    read(); // on a slow machine somebody has gone on before anybody listened
    return () => {
      removeEventListener("popstate", read);
      removeEventListener(CHANGED, read);
    };
  }, []);
  return readAddress(href);
}
