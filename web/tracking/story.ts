// What happened so far and what was promised meanwhile, as the page says it.
import type { Language } from "../shared/numbers.ts";
import { clock, shortStretch } from "../shared/times.ts";
import { isKey } from "../shared/words.ts";
import type { Seen } from "./following_parcel.ts";
import { history } from "./parcel.ts";
import type { Say } from "./speech.ts";

export interface Line {
  at: number;
  when: string;
  text: string;
}

/** Newest first. */
export function story({ parcel, changes }: Pick<Seen, "parcel" | "changes">, now: number, language: Language, say: Say): Line[] {
  const window = (one: { earliest: number; latest: number }): string => shortStretch(one.earliest, one.latest, now, language);
  const told = history(parcel).map((one) => ({ at: one.at, text: isKey(one.key) ? say(one.key) : one.otherwise }));
  const changed = changes.map(({ at, before, after }) => {
    const stops = after.stops_before ?? 0;
    // It is the reason only where more came before than when the other time was told.
    const key = before.stops_before === undefined || stops <= before.stops_before ? "promise.changed" : stops === 1 ? "promise.changed_stop" : "promise.changed_stops";
    return { at, text: say(key, { before: window(before), after: window(after), count: stops }) };
  });
  // Sorting keeps the order of what happened at the same moment.
  return [...told, ...changed].sort((a, b) => b.at - a.at).map((one) => ({ ...one, when: clock(one.at, now, language) }));
}
