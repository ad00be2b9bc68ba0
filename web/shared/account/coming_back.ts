import { useEffect, useRef } from "preact/hooks";

/** Calls whenever somebody comes back to the page: what they did meanwhile, in another tab or a mail program, may have changed it. */
export function useComingBack(call: () => void): void {
  const newest = useRef(call);
  newest.current = call;
  useEffect(() => {
    const back = (): void => {
      if (document.visibilityState === "visible") newest.current();
    };
    document.addEventListener("visibilitychange", back);
    addEventListener("focus", back);
    return () => {
      document.removeEventListener("visibilitychange", back);
      removeEventListener("focus", back);
    };
  }, []);
}
