// An answer that comes after somebody has left what asked for it leads them nowhere.
import { useEffect, useRef } from "preact/hooks";

/** `current` is whether this part of the page is still there. */
export function useHere(): { readonly current: boolean } {
  const here = useRef(true);
  useEffect(() => () => void (here.current = false), []);
  return here;
}
