// A parcel was tried in vain: why, and when the next try is; said to whoever waits for it and to whoever sent it.
import type { components } from "../api.ts";
import own from "./words.json";
import type { Client } from "../client.ts";
import { useLoading } from "../loading.tsx";
import type { Language } from "../numbers.ts";
import { clock, stretch } from "../times.ts";
import { speaker } from "../words.ts";

type Tracked = Pick<components["schemas"]["TrackedDelivery"], "attempts" | "next_try" | "status">;
const RENEWED_MS = 60_000;

/** When it is tried again, in a sentence. */
export function nextTryWords({ next_try }: Pick<Tracked, "next_try">, now: number, language: Language): string {
  const say = speaker(language, own);
  if (next_try === null) return say("attempt.next_unknown");
  const starts_at = Date.parse(next_try.starts_at);
  if (next_try.ends_at === null) return say("attempt.next_at", { at: clock(starts_at, now, language) });
  return say("attempt.next_between", stretch(starts_at, Date.parse(next_try.ends_at), now, language));
}

/** Asks for one parcel whether it was tried, and shows nothing where it was not, or where that cannot be known now. */
export function Attempted({ number, client, language }: { number: string; client: Client; language: Language }) {
  const path = `/api/deliveries/${encodeURIComponent(number)}/track/`;
  const { value } = useLoading(() => client.call<Tracked>(path, { signed: false }), [number], RENEWED_MS);
  const last = value?.attempts.at(-1);
  if (value === null || last === undefined || value.status !== "in_transit") return null;
  const now = Date.now();
  const say = speaker(language, own);
  return (
    <div class="card" role="status" data-attempted={number}>
      <p><strong>{say(`tried.${last.reason}`)}</strong> <span class="quiet">{clock(Date.parse(last.timestamp), now, language)}</span></p>
      <p>{nextTryWords(value, now, language)}</p>
    </div>
  );
}
