// What every part of the page is given, and what time it is.
import { useEffect, useState } from "preact/hooks";
import { go } from "../shared/address.ts";
import type { OfferSound } from "./offer_sound.ts";
import { type Whereabouts, whereaboutsOf } from "./sources.ts";
import { type View, pathOf } from "./views.ts";
import type { Work } from "./work.ts";
import type { WorkState } from "./work_state.ts";
import type { Spoken } from "./words.ts";

export interface Given extends Spoken {
  work: Work;
  state: WorkState;
  view: View;
  sound: OfferSound;
}

/** Shows another part of the page. */
export function show(view: View): void {
  go(pathOf(view));
}

/** Where the courier is as far as this phone or the server knows. */
export function hereOf({ work, state }: Pick<Given, "work" | "state">): Whereabouts | undefined {
  return whereaboutsOf(state.position, state.other_source, { phone: Date.now(), server: work.now() });
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
