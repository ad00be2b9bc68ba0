import type { Address } from "../shared/address.ts";
import type { Client } from "../shared/client.ts";
import type { Language } from "../shared/numbers.ts";
import { bothDates, clock } from "../shared/times.ts";
import type { Say } from "./speech.ts";

/** What every room of the page is given. */
export interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

/** A moment of the API in words; a dash where there is none. */
export function when(moment: string | null, language: Language): string {
  return moment === null ? "–" : clock(Date.parse(moment), Date.now(), language);
}

/** A moment that a figure counts from or to: its day in both calendars, and its time. */
export function moment(at: number, language: Language): string {
  return `${bothDates(at, language)}, ${clock(at, at, language)}`;
}
