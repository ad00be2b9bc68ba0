// The phone has a network again, loses it, or is put away.

export interface ComingBack {
  /** Somebody looks at the page and there is a network; `renewed`: there was none until now. */
  back(renewed: boolean): void;
  gone(): void;
  /** The page was put away for longer than it takes to load it anew. */
  putAway(): void;
}

// A page that is loaded anew is hidden for a moment as well; whoever puts the phone away stands by what was done.
const PUT_AWAY_AFTER_MS = 1_000;

/** Tells it until what is returned is called. */
export function whenComingBack({ back, gone, putAway }: ComingBack): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const seen = (event: Event): void => {
    if (document.visibilityState === "visible" && navigator.onLine) back(event.type === "online");
  };
  const hidden = (): void => {
    clearTimeout(waiting);
    if (document.visibilityState === "hidden") waiting = setTimeout(putAway, PUT_AWAY_AFTER_MS);
  };
  addEventListener("online", seen);
  addEventListener("offline", gone);
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("visibilitychange", hidden);
  return () => {
    clearTimeout(waiting);
    removeEventListener("online", seen);
    removeEventListener("offline", gone);
    document.removeEventListener("visibilitychange", seen);
    document.removeEventListener("visibilitychange", hidden);
  };
}
