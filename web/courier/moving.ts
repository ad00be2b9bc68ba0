// Small hooks: where in the page somebody is, and what time it is.
import { useCallback, useEffect, useState } from "preact/hooks";
import { type View, pathOf, viewOf } from "./address.ts";
import type { Work, WorkState } from "./work.ts";
import type { Spoken } from "./words.ts";

export type Go = (view: View) => void;

/** What every part of the page is given. */
export interface Given extends Spoken {
  work: Work;
  state: WorkState;
  view: View;
  go: Go;
}

/** The view that the address names, and a way to another; back and forward work as everywhere. */
export function useView(): [View, Go] {
  const [view, setView] = useState<View>(() => viewOf(location.pathname));
  useEffect(() => {
    const moved = (): void => setView(viewOf(location.pathname));
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  const go = useCallback((to: View): void => {
    history.pushState(null, "", pathOf(to) + location.search);
    setView(to);
    scrollTo(0, 0);
  }, []);
  return [view, go];
}

/** The phone's time, renewed each second: ages are told by it. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(ticking);
  }, []);
  return now;
}

/** For links inside the page: the address is real, the page is not loaded anew. */
export function linkTo(view: View, go: Go): { href: string; onClick: (event: MouseEvent) => void } {
  return {
    href: pathOf(view),
    onClick(event) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(view);
    },
  };
}
