// Which app's position the server has, and how old it is.
import type { components } from "../shared/api.ts";

export type Device = components["schemas"]["DeviceAnswer"];
type Fix = components["schemas"]["FixAnswer"];

/** Where the newest position came from: this page, or a paired app; `age_s` in seconds. */
export interface Source {
  name: string | null;
  age_s: number;
}

const OWN_APPS: Readonly<Record<string, string>> = { osmand: "Traccar Client", owntracks: "OwnTracks" };

/** The name of the app that sent a fix; null where it was this page or another of ours. */
export function appOf(device: string, devices: readonly Device[]): string | null {
  const [protocol = "", id = ""] = device.split("-");
  const app = OWN_APPS[protocol];
  if (app === undefined || !/^[0-9]+$/.test(id)) return null;
  const paired = devices.find((one) => one.id === Number(id));
  return paired === undefined ? app : `${app} · ${paired.name}`;
}

/** The newest fix of a paired app. */
export function newestOfApps(fixes: readonly Fix[], devices: readonly Device[], now: number): Source | null {
  const paired = fixes.filter((fix) => appOf(fix.device, devices) !== null);
  const newest = paired.reduce<Fix | null>((best, fix) => (best === null || fix.recorded_at > best.recorded_at ? fix : best), null);
  return newest === null ? null : { name: appOf(newest.device, devices), age_s: Math.max(0, (now - Date.parse(newest.recorded_at)) / 1000) };
}

// As the server's own thresholds: doubtful, then gone.
export const STALE_AFTER_S = 45;
export const GONE_AFTER_S = 120;

/** The one that is shown: whoever has the newest position. */
export function liveSource(own_age_s: number | null, app: Source | null): Source | null {
  const own: Source | null = own_age_s === null ? null : { name: null, age_s: own_age_s };
  if (own === null || app === null) return own ?? app;
  return own.age_s <= app.age_s ? own : app;
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
