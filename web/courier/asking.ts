// What the page asks the server for, again and again.
import type { components } from "../shared/api.ts";
import { type Client, Refused } from "../shared/client.ts";
import { type Row, listRows } from "./deliveries_api.ts";
import type { Waiting } from "./jobs.ts";
import { type Device, newestOfOthers } from "./sources.ts";
import type { Duty, Profile, WorkState } from "./work_state.ts";

type Fix = components["schemas"]["FixAnswer"];
type Page<Of> = { count: number; results: Of[] };
export type Heard = { profile: Profile; rows: Row[] };
/** What is heard of whoever is a transporter and has said nothing of what they drive. */
export const NO_PROFILE = "no_profile";

const NOT_IN_ORDER = "documents_not_in_order";
const FIXES_OF_MS = 180_000;
const FIXES_A_PAGE = 100;

/** Each raises Refused or Unreachable. */
export class Asking {
  constructor(private readonly client: Client) {}

  /** Who this is, and what is under way. */
  async first(): Promise<Heard | typeof NO_PROFILE> {
    const profile = await this.client.call<Profile>("/api/transporters/me/").catch((problem: unknown): typeof NO_PROFILE => {
      if (problem instanceof Refused && problem.status === 404) return NO_PROFILE;
      throw problem;
    });
    if (profile === NO_PROFILE) return profile;
    return { profile, rows: await listRows(this.client, profile.id) };
  }

  duty(): Promise<Duty> {
    return this.client.call<Duty>("/api/transporters/me/duty/");
  }

  /** What waits for anybody; nothing for whoever is not verified, or is no longer since it was asked who this is. */
  async waiting(profile: Profile): Promise<Waiting[]> {
    if (!profile.is_verified) return [];
    try {
      return (await this.client.call<Page<Waiting>>("/api/deliveries/available/?page_size=100")).results;
    } catch (problem) {
      if (problem instanceof Refused && problem.code === NOT_IN_ORDER) return [];
      throw problem;
    }
  }

  offers(): Promise<components["schemas"]["OpenOffers"]> {
    return this.client.call("/api/offers/");
  }

  /** What else has sent positions lately. `own`: this page's name among the devices. */
  async sources(profile: Profile, own: string, now: number): Promise<Pick<WorkState, "devices" | "other_source" | "sources_known">> {
    const { results: devices } = await this.client.call<Page<Device>>("/api/transporters/me/devices/");
    const since = encodeURIComponent(new Date(now - FIXES_OF_MS).toISOString());
    const fixes = (page: number) => this.client.call<Page<Fix>>(`/api/transporters/${profile.id}/positions/?page_size=${FIXES_A_PAGE}&page=${page}&from=${since}`);
    let found = await fixes(1);
    // The oldest come first, and the newest counts.
    if (found.count > FIXES_A_PAGE) found = await fixes(Math.ceil(found.count / FIXES_A_PAGE));
    return { devices, sources_known: true, other_source: newestOfOthers(found.results, own, devices) };
  }
}
