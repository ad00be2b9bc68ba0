// When a courier had no connection on this phone, also before the page was loaded anew.
import { type Outage, Outages } from "./outages.ts";
import { readSetting, writeSetting } from "./phone_settings.ts";
import type { Work } from "./work.ts";

const named = (user_id: number): string => `outages.${user_id}`;

export function keptOutages(user_id: number): Outages {
  try {
    return new Outages(JSON.parse(readSetting(named(user_id)) ?? "[]") as Outage[]);
  } catch {
    return new Outages(); // what stands there is none of ours
  }
}

/** Goes on noting them. Returns what ends it. */
export function followOutages(outages: Outages, work: Pick<Work, "state" | "subscribe" | "now">, user_id: number): () => void {
  return work.subscribe(() => {
    if (outages.hear(work.now(), work.state)) writeSetting(named(user_id), JSON.stringify(outages.past));
  });
}
