// Where everybody was at a moment of a past window, between the points that the server has.
import type { components } from "../../shared/api.ts";

export type TrackAnswer = components["schemas"]["TrackAnswer"];

/** Where a transporter is seen; `sure`: it was heard around then, else this is where it was heard last. */
export interface Seen {
  id: number;
  lat: number;
  lon: number;
  sure: boolean;
}

/** After a silence so long nobody knows the way; the server breaks lines there too. */
export const SILENCE_S = 300;

/** The place in a rising list of the last value that is not beyond `at`; -1 where there is none. */
export function lastUntil(values: readonly number[], at: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where somebody was so many seconds after the window began; null before it was first heard. */
export function seenAt(track: TrackAnswer, at_s: number, step_s: number): Seen | null {
  const { transporter_id: id, offsets_s, lats, lons } = track;
  const before = lastUntil(offsets_s, at_s);
  if (before < 0) return null;
  const here = { id, lat: lats[before] as number, lon: lons[before] as number };
  const silence_s = Math.max(SILENCE_S, 2 * step_s); // what is thinned more has longer gaps
  const since = at_s - (offsets_s[before] as number);
  const next = before + 1;
  if (next >= offsets_s.length) return { ...here, sure: since <= silence_s };
  const gap = (offsets_s[next] as number) - (offsets_s[before] as number);
  if (gap > silence_s) return { ...here, sure: since <= silence_s };
  const share = since / gap;
  return { id, lat: here.lat + share * ((lats[next] as number) - here.lat), lon: here.lon + share * ((lons[next] as number) - here.lon), sure: true };
}

/** The way until then, at most so many seconds back, as longitude and latitude; where it breaks, another line begins. */
export function trailOf(track: TrackAnswer, at_s: number, back_s: number, step_s: number): [number, number][][] {
  const lines: [number, number][][] = [];
  const silence_s = Math.max(SILENCE_S, 2 * step_s);
  track.offsets_s.forEach((offset, at) => {
    if (offset < at_s - back_s || offset > at_s) return;
    const previous = track.offsets_s[at - 1];
    if (lines.length === 0 || (previous !== undefined && offset - previous > silence_s)) lines.push([]);
    lines.at(-1)?.push([track.lons[at] as number, track.lats[at] as number]);
  });
  const now = seenAt(track, at_s, step_s);
  if (now?.sure === true) lines.at(-1)?.push([now.lon, now.lat]);
  return lines.filter((line) => line.length > 1);
}

/** When half of those who were heard are known, or the one that is followed: before that a window shows an empty town. Seconds after it began, 0 where nobody was heard. */
export function openingOf(tracks: readonly Pick<TrackAnswer, "transporter_id" | "offsets_s">[], courier: number | null): number {
  const followed = tracks.filter((one) => one.transporter_id === courier);
  const firsts = (followed.length > 0 ? followed : tracks).flatMap(({ offsets_s: [first] }) => first ?? []).sort((a, b) => a - b);
  return Math.ceil(firsts[(firsts.length - 1) >> 1] ?? 0);
}

export interface Clock {
  /** Seconds after the window began. */
  at_s: number;
  playing: boolean;
}

/** Somewhat later: at the end it stops. */
export function advanced({ at_s, playing }: Clock, elapsed_ms: number, speed: number, length_s: number): Clock {
  if (!playing) return { at_s, playing };
  const next = at_s + (elapsed_ms / 1000) * speed;
  return next >= length_s ? { at_s: length_s, playing: false } : { at_s: next, playing: true };
}
