// A parcel was tried in vain: why, and when the next try is; said to whoever waits for it and to whoever sent it.
import type { components } from "../api.ts";
import own from "./words.json";
import type { Client } from "../client.ts";
import { useLoading } from "../loading.tsx";
import type { Language } from "../numbers.ts";
import { clock, stretch } from "../times.ts";
import { tracked } from "../tracked.ts";
import { speaker } from "../words.ts";

type Tracked = Pick<components["schemas"]["TrackedDelivery"], "attempts" | "next_try" | "tries_left" | "status">;
const RENEWED_MS = 60_000;

/** When it is tried again, or that it is not, in a sentence. */
export function nextTryWords({ next_try, tries_left }: Pick<Tracked, "next_try" | "tries_left">, now: number, language: Language): string {
  const say = speaker(language, own);
  if (next_try === null) return say(tries_left === 0 ? "attempt.last" : "attempt.next_unknown");
  const starts_at = Date.parse(next_try.starts_at);
  if (next_try.ends_at === null) return say("attempt.next_at", { at: clock(starts_at, now, language) });
  return say("attempt.next_between", stretch(starts_at, Date.parse(next_try.ends_at), now, language));
}

/** Asks whether a parcel that is on its way was tried; null where it was not, or where that cannot be known now. */
export function useTried(number: string | null, client: Client): Tracked | null {
  const { value } = useLoading(() => (number === null ? Promise.resolve(null) : tracked(client, `/api/deliveries/${encodeURIComponent(number)}/track/`)), [number], RENEWED_MS);
  return value !== null && value.status === "in_transit" && value.attempts.length > 0 ? value : null;
}

/** That it was tried, and why in vain. */
export function triedWords({ attempts }: Pick<Tracked, "attempts">, language: Language): string {
  const last = attempts.at(-1);
  return last === undefined ? "" : speaker(language, own)(`tried.${last.reason}`);
}

/** What is told of an order or a sale: something happened at a time. */
export interface Line {
  at: number;
  text: string;
}

/** The numbers of the parcels of sales that may have been at a door. */
export function carried(sales: readonly { tracking_number: string | null; delivery_status: string | null }[]): string[] {
  const been = ["in_transit", "delivered", "cancelled"];
  return [...new Set(sales.flatMap((one) => (one.tracking_number !== null && been.includes(one.delivery_status ?? "") ? [one.tracking_number] : [])))];
}

/** Every attempt of a parcel; the last one says when the next is, while it is on its way. */
export function triedLines(parcel: Tracked, now: number, language: Language): Line[] {
  const say = speaker(language, own);
  return parcel.attempts.map((one, index) => {
    const last = index === parcel.attempts.length - 1 && parcel.status === "in_transit";
    return { at: Date.parse(one.timestamp), text: `${say(`tried.${one.reason}`)}${last ? `${say("sentence.end")} ${nextTryWords(parcel, now, language)}` : ""}` };
  });
}

/** What happened, the newest first, with every attempt at a door among it. */
export function Told({ events, numbers, client, language }: { events: readonly Line[]; numbers: readonly string[]; client: Client; language: Language }) {
  const ask = (number: string): Promise<Tracked | null> => tracked(client, `/api/deliveries/${encodeURIComponent(number)}/track/`).catch(() => null); // signed: what is over is told to its buyer and seller alone
  const { value } = useLoading(() => Promise.all(numbers.map(ask)), [numbers.join(" ")], RENEWED_MS);
  const now = Date.now();
  const tried = (value ?? []).flatMap((one) => (one === null ? [] : triedLines(one, now, language)));
  // Sorting keeps the order of what happened at the same moment.
  const all = [...tried, ...[...events].reverse()].sort((a, b) => b.at - a.at);
  return (
    <>
      {all.map((one) => (
        <li key={`${one.at} ${one.text}`}>
          <time dateTime={new Date(one.at).toISOString()}>{clock(one.at, now, language)}</time>
          <span>{one.text}</span>
        </li>
      ))}
    </>
  );
}

/** Asks for one parcel whether it was tried, and shows nothing where it was not, or where that cannot be known now. */
export function Attempted({ number, client, language }: { number: string; client: Client; language: Language }) {
  const path = `/api/deliveries/${encodeURIComponent(number)}/track/`;
  const { value } = useLoading(() => tracked(client, path), [number], RENEWED_MS); // signed: the history may be for whose it is alone
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
