import type { ComponentChildren } from "preact";
import { go } from "./address.ts";

/** A link within a page: the page stays loaded; a new tab, a copy of the address and the like work as everywhere. */
export function Link(given: { href: string; class?: string; current?: boolean; label?: string; children: ComponentChildren }) {
  return (
    <a
      href={given.href}
      class={given.class}
      aria-current={given.current === true ? "page" : undefined}
      aria-label={given.label}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(given.href);
      }}
    >
      {given.children}
    </a>
  );
}
