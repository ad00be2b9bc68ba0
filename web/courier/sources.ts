// Which app's position the server has, and how old it is.
import type { components } from "../shared/api.ts";
import type { Measured } from "./fixes.ts";

export type Device = components["schemas"]["DeviceAnswer"];
type Fix = components["schemas"]["FixAnswer"];

/** Where the newest position came from: this page, the same on another phone, or an app by its name; `age_s` in seconds. */
export interface Source {
  from: "this_page" | "other_page" | "other_app" | { app: string };
  age_s: number;
}

const APPS: Readonly<Record<string, string>> = { osmand: "Traccar Client", owntracks: "OwnTracks" };

/** What the page calls itself: its device begins with it, whichever phone it is on. */
export const PAGE = "courier-";

/** What sent a fix, of all that is not this page: a paired app by its name; how any other calls itself says nothing to a person. */
export function senderOf(device: string, devices: readonly Device[]): Source["from"] {
  if (device.startsWith(PAGE)) return "other_page";
  const [protocol = "", id = ""] = device.split("-");
  const app = APPS[protocol];
  if (app === undefined || !/^[0-9]+$/.test(id)) return "other_app";
  const paired = devices.find((one) => one.id === Number(id));
  return { app: paired === undefined ? app : `${app} · ${paired.name}` };
}

/** Where somebody is, and how exactly, in metres. */
export interface Whereabouts {
  latitude: number;
  longitude: number;
  accuracy: number;
}

/** The newest that is known of another sender: `at`, ms since 1970 by the server's clock, so that it grows old while nothing is heard. */
export interface KnownSource {
  from: Source["from"];
  at: number;
  place: Whereabouts;
}

/** How it is at a moment of the same clock. */
export function asOf(known: KnownSource | null, now: number): Source | null {
  return known === null ? null : { from: known.from, age_s: Math.max(0, (now - known.at) / 1000) };
}

type SentFix = Pick<Fix, "device" | "recorded_at" | "lat" | "lon" | "accuracy_m">;

/** The newest fix of any device but this one, which is `own`. */
export function newestOfOthers(fixes: readonly SentFix[], own: string, devices: readonly Device[]): KnownSource | null {
  const newest = fixes
    .filter((fix) => fix.device !== own)
    .reduce<SentFix | null>((best, fix) => (best === null || Date.parse(fix.recorded_at) > Date.parse(best.recorded_at) ? fix : best), null);
  if (newest === null) return null;
  const place = { latitude: newest.lat, longitude: newest.lon, accuracy: newest.accuracy_m ?? 0 };
  return { from: senderOf(newest.device, devices), at: Date.parse(newest.recorded_at), place };
}

// As the server's own thresholds: doubtful, then gone.
export const STALE_AFTER_S = 45;
export const GONE_AFTER_S = 120;

/** The one that is shown: whoever has the newest position. */
export function liveSource(own_age_s: number | null, other: Source | null): Source | null {
  const own: Source | null = own_age_s === null ? null : { from: "this_page", age_s: own_age_s };
  if (own === null || other === null) return own ?? other;
  return own.age_s <= other.age_s ? own : other;
}

/** Where the courier is, as the server takes it: by this phone, or by what another device sent since. `now`: by the clock of each. */
export function whereaboutsOf(own: Measured | null, other: KnownSource | null, now: { phone: number; server: number }): Whereabouts | undefined {
  const known = asOf(other, now.server);
  if (other === null || known === null || known.age_s > GONE_AFTER_S) return own?.coords;
  return own !== null && (now.phone - own.timestamp) / 1000 <= known.age_s ? own.coords : other.place;
}

/** How the position stands. */
export type Standing =
  | { state: "live" | "stale"; source: Source }
  /** Nobody has sent one for a while. `urgency`: a state to be told calmly, something to do, or parcels that nobody sees move. */
  | { state: "missing"; source: Source | null; urgency: "calm" | "soon" | "now" };

/** `wanted_s`: for how long a position has been wanted; whoever has just come on duty is not warned of what could not be there yet. */
export function standingOf(source: Source | null, wanted_s: number, jobs: number): Standing {
  if (source !== null && source.age_s <= GONE_AFTER_S) return { state: source.age_s > STALE_AFTER_S ? "stale" : "live", source };
  return { state: "missing", source, urgency: wanted_s <= GONE_AFTER_S ? "calm" : jobs > 0 ? "now" : "soon" };
}

/** What Traccar Client reads from a QR code: where to send to, as whom, how often. */
export function traccarCode(origin: string, token: string): string {
  const query = new URLSearchParams({ id: token, interval: "15", distance: "50", service: "true" });
  return `${origin}/api/phones/osmand/?${query}`;
}

/** What OwnTracks reads: its whole configuration in one address. */
export function ownTracksCode(origin: string, token: string): string {
  const HTTP_MODE = 3;
  const MOVE = 2; // monitoring: report while moving
  const settings = { _type: "configuration", mode: HTTP_MODE, url: `${origin}/api/phones/owntracks/`, auth: true, username: "courier", password: token, monitoring: MOVE };
  return `owntracks:///config?inline=${encodeURIComponent(btoa(JSON.stringify(settings)))}`;
}
