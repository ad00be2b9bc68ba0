// By when a delivery is wanted, for whoever decides whether to take it.
import { inARow } from "../shared/in_a_row.ts";
import type { Language } from "../shared/numbers.ts";
import { clock, duration } from "../shared/times.ts";
import type { Waiting } from "./jobs.ts";
import type { CourierSay } from "./words.ts";

type Wanted = Pick<Waiting, "requested_pickup_date" | "requested_delivery_date" | "priority">;
interface Telling {
  now: number;
  language: Language;
  say: CourierSay;
}

/** For how long a time that was asked for has been over, in seconds; null where none is. */
export function pastDueS(one: Wanted, now: number): number | null {
  const late = [one.requested_pickup_date, one.requested_delivery_date].flatMap((at) => (at === null ? [] : [(now - Date.parse(at)) / 1000]));
  const most = Math.max(...late);
  return most > 0 ? most : null;
}

/** What makes it pressing: that it is past due, and its priority. Empty where nothing does. */
export function pressingWords(one: Wanted, { now, say }: Telling): string {
  const late_s = pastDueS(one, now);
  return inARow([one.priority === "urgent" || one.priority === "high" ? say(`priority.${one.priority}`) : "", late_s === null ? "" : say("due.past", { age: duration(late_s, say) })]);
}

/** What is still to come of what was asked for: by when to fetch it, by when it is to be at the door. */
export function dueWords(one: Wanted, { now, language, say }: Telling): string[] {
  const wanted = [["due.pickup", one.requested_pickup_date], ["due.door", one.requested_delivery_date]] as const;
  return wanted.flatMap(([key, at]) => (at === null || Date.parse(at) <= now ? [] : [say(key, { at: clock(Date.parse(at), now, language) })]));
}
