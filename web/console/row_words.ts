// What a row of the list says of a delivery below its route.
import type { Language } from "../shared/numbers.ts";
import { clock, date, duration } from "../shared/times.ts";
import { isKey } from "../shared/words.ts";
import { measureOf, waitsSince } from "./exceptions.ts";
import { type Delivery, onHold, underWay } from "./frames.ts";
import type { Listed } from "./queue.ts";
import { triedOf } from "./tries.ts";
import type { ConsoleSay } from "./words.ts";

const WEEK_MS = 6 * 86_400_000;

/** `lead` and `when` stand at the ends of the line, whole at every width; what stands between them gives way. */
export interface RowWords {
  lead: string;
  between: readonly string[];
  when: string;
  /** For whoever points at the row: what was asked for, of what is late. */
  more: string;
}

/** `who` has it; null where nobody does, or their name is not known. */
export function rowWords(one: Listed, who: string | null, now: number, say: ConsoleSay, language: Language): RowWords {
  const { delivery, late_ms, silent } = one;
  const waits = !underWay(delivery) && !onHold(delivery, now) && triedOf(delivery, now) === null;
  const late = late_ms > 0 ? say(`row.${measureOf(delivery, now)}`, { age: duration(late_ms / 1000, say) }) : "";
  const time = timeOf(delivery, now, say, language);
  const said = [delivery.priority === "normal" ? "" : say(`priority.${delivery.priority}`), delivery.pinned ? say("row.pinned") : ""];
  if (waits) {
    const due = delivery.due_at === null ? say(`status.${delivery.status}`) : time;
    const [lead, between] = late !== "" ? [late, ""] : delivery.due_at === null ? ["", due] : [due, ""];
    return words(lead, [...said, between], waitWords(delivery, now, say, language), late === "" ? "" : due);
  }
  const state = holdWords(delivery, now, say, language) ?? triedWords(delivery, say) ?? say(`status.${delivery.status}`);
  const expected = underWay(delivery) && delivery.expected_at !== null && delivery.due_at !== null && triedOf(delivery, now) === null;
  const open = !underWay(delivery) && !onHold(delivery, now); // it was tried, and nobody has it now
  const news = open ? waitWords(delivery, now, say, language) : silent ? say("row.silent") : expected ? say("row.expected", { at: clock(delivery.expected_at ?? now, now, language) }) : "";
  const tried = triedOf(delivery, now) !== null;
  // Of what is late it says more by how much than what was asked for.
  const aside = late !== "" && !tried;
  return words(late, [who ?? "", said[0] ?? "", state, news, said[1] ?? ""], aside ? "" : time, aside ? time : "");
}

function words(lead: string, between: readonly string[], when: string, more: string): RowWords {
  return { lead, between: between.filter((one) => one !== ""), when, more };
}

/** How long it has waited for a courier, or from when on it can be fetched. */
export function waitWords(delivery: Parameters<typeof waitsSince>[0], now: number, say: ConsoleSay, language: Language): string {
  const since = waitsSince(delivery);
  return since > now ? say("row.later", { at: clock(since, now, language) }) : say("row.waits", { age: duration((now - since) / 1000, say) });
}

/** When it is tried again, else what was asked for, else what is expected. */
function timeOf(delivery: Delivery, now: number, say: ConsoleSay, language: Language): string {
  const tried = triedOf(delivery, now);
  if (tried !== null) return say(tried === "next_try" ? "row.again" : "row.again.open", { at: clock(delivery.next_try?.starts_at ?? now, now, language) });
  const at = delivery.due_at ?? delivery.expected_at;
  if (at === null) return "";
  return say(delivery.due_at === null ? "row.about" : "row.due", { at: Math.abs(at - now) < WEEK_MS ? clock(at, now, language) : date(at, language) });
}

/** That a person lets it wait, and until when; null where nobody does. */
export function holdWords(delivery: Delivery, now: number, say: ConsoleSay, language: Language): string | null {
  if (!onHold(delivery, now)) return null;
  const until = delivery.on_hold?.until ?? null;
  return until === null ? say("row.on_hold.open") : say("row.on_hold", { at: clock(until, now, language) });
}

/** Why it could not be handed over last; null where it was not tried. */
export function triedWords({ attempt }: Pick<Delivery, "attempt">, say: ConsoleSay): string | null {
  if (attempt === null) return null;
  const key = `tried.${attempt.reason}`;
  return isKey(key) ? say(key) : attempt.reason;
}
