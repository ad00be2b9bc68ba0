import { Check, X } from "lucide";
import { Icon } from "../shared/icon.tsx";
import { GONE_AFTER_S, STALE_AFTER_S } from "../shared/motion.ts";
import type { Language } from "../shared/numbers.ts";
import { kilos } from "../shared/numbers.ts";
import { clock, duration, roughly, stretch } from "../shared/times.ts";
import { elsewhere } from "../shared/address.ts";
import { isKey } from "../shared/words.ts";
import type { Seen } from "./following_parcel.ts";
import type { Say } from "./speech.ts";
import { type Parcel, SOON_MS, atDoor, endedAt, holdOf, neverCame, nextTryAt, over, underWay } from "./parcel.ts";
import { isUndecided, stepsOf } from "./steps.ts";

// As the console counts what comes later than it was planned, and as the server writes it.
const LATER_THAN_PLANNED_MS = 10 * 60_000;

/** The one sentence that people come for. */
export function answerOf(seen: Seen, now: number, language: Language, say: Say): string {
  const { parcel, window } = seen;
  if (parcel.ending !== null && neverCame(parcel)) return say(`answer.${parcel.return_ended ?? parcel.ending}`);
  if (over(parcel.status)) {
    const at = endedAt(parcel);
    const ended = parcel.status === "delivered" ? "delivered" : "cancelled";
    return at === null ? say(`status.${ended}`) : say(`answer.${ended}`, { at: clock(at, now, language) });
  }
  if (!underWay(parcel.status)) {
    const hold = holdOf(parcel, now);
    if (hold === null) return say("answer.available");
    return hold.until === null ? say("answer.on_hold") : say("answer.on_hold.until", { at: clock(Date.parse(hold.until), now, language) });
  }
  const next = nextTryAt(parcel, now);
  if (next !== null) return say("answer.expected", { at: clock(next, now, language) });
  if (atDoor(parcel)) return say("answer.at_door");
  if (isUndecided(parcel)) return say("answer.undecided");
  if (window === null) {
    if (parcel.estimated_delivery_time === null) return say("answer.under_way");
    return say("answer.expected", { at: clock(Date.parse(parcel.estimated_delivery_time), now, language) });
  }
  if (window.latest - now < SOON_MS) return say("answer.now");
  return say("answer.window", stretch(window.earliest, window.latest, now, language));
}

/** Whether a time and what comes before it are told: nothing of it counts at the door, or before the next try. */
function counts({ parcel, window }: Pick<Seen, "parcel" | "window">, now: number): boolean {
  return underWay(parcel.status) && !atDoor(parcel) && nextTryAt(parcel, now) === null && window !== null && window.latest - now >= SOON_MS;
}

/** How many stops for others come before, in words; empty where nobody knows, or it is fetched first. */
export function stopsOf(seen: Pick<Seen, "parcel" | "window" | "stops_before">, now: number, say: Say): string {
  if (!counts(seen, now)) return "";
  if (seen.stops_before === 0) return aboard(seen.parcel.status) ? say("stops.none") : "";
  return say(seen.stops_before === 1 ? "stops.one" : "stops.many", { count: seen.stops_before });
}

/** How it stands, in a sentence below the answer; empty where the answer has said it. */
export function statusOf(parcel: Parcel, now: number, say: Say): string {
  if (holdOf(parcel, now) !== null) return say("on_hold.help");
  if (underWay(parcel.status) && nextTryAt(parcel, now) !== null) return say("status.waits");
  if (neverCame(parcel)) return say("status.never_came");
  if (over(parcel.status)) return "";
  if (isUndecided(parcel)) return say(parcel.tries_left === 0 ? "status.no_more_tries" : "status.undecided");
  const status: string = `status.${parcel.status}`;
  return isKey(status) ? say(status) : parcel.status;
}

/** What was promised, where it comes later than that; empty where it does not, or nothing more can be said. */
export function lateOf(seen: Pick<Seen, "parcel" | "window">, now: number, language: Language, say: Say): string {
  const { requested_delivery_date: due, planned_delivery_time: planned } = seen.parcel;
  const expected = expectedAt(seen, now);
  if (expected === null) return "";
  if (due !== null) return expected > Date.parse(due) ? say("late.due", { at: clock(Date.parse(due), now, language) }) : "";
  if (planned === null || expected - Date.parse(planned) < LATER_THAN_PLANNED_MS) return "";
  return say("late.planned", { at: clock(Date.parse(planned), now, language) });
}

/** When it is at the door; now at the soonest, while nobody has it. Null where nobody can tell yet. */
function expectedAt({ parcel, window }: Pick<Seen, "parcel" | "window">, now: number): number | null {
  if (parcel.status === "available") return holdOf(parcel, now) === null ? now : null;
  if (!underWay(parcel.status) || atDoor(parcel)) return null;
  return nextTryAt(parcel, now) ?? (window === null ? null : (window.earliest + window.latest) / 2);
}

function aboard(status: Parcel["status"]): boolean {
  return status === "picked_up" || status === "in_transit";
}

/** What is carried: the goods as far as they are told, the weight, and whether it breaks. */
export function whatOf({ package_details: { weight, fragile } }: Parcel, say: Say, goods = ""): string {
  const text = (goods === "" ? "" : `${goods} · `) + say("parcel.weight", { weight: kilos(weight) });
  return fragile ? `${text} · ${say("parcel.fragile")}` : text;
}

export function Answer({ seen, goods, now, age_s, language, say }: { seen: Seen; goods: string; now: number; age_s: number | null; language: Language; say: Say }) {
  const { parcel, window } = seen;
  const doubtful = age_s !== null && age_s >= STALE_AFTER_S && underWay(parcel.status);
  const left_s = window === null ? 0 : ((window.earliest + window.latest) / 2 - now) / 1000;
  const stops = stopsOf(seen, now, say);
  const late = lateOf(seen, now, language, say);
  const told = [counts(seen, now) ? say("in.about", { duration: roughly(left_s, say) }) : "", stops, statusOf(parcel, now, say), parcel.status === "assigned" ? say("to_pickup") : ""];
  const below = told.filter((one) => one !== "").join(" · ");
  return (
    <div class="answers">
      <p class="what">{whatOf(parcel, say, goods)}</p>
      {goods !== "" && <p><a href={elsewhere("/shop/orders")}>{say("tracking.orders")}</a></p>}
      <h1 class="answer">{answerOf(seen, now, language, say)}</h1>
      {below !== "" && <p class="quiet">{below}</p>}
      {late !== "" && <p class="warn">{late}</p>}
      {parcel.ending !== null && <p>{say(`ending.${parcel.return_ended ?? parcel.ending}`)}</p>}
      {doubtful && age_s < 86_400 && <p class="warn">{say("less_certain", { age: duration(age_s, say) })}</p>}
      <Steps parcel={parcel} now={now} say={say} />
    </div>
  );
}

function Steps({ parcel, now, say }: { parcel: Parcel; now: number; say: Say }) {
  const steps = stepsOf(parcel, now);
  if (steps.length === 0) return null;
  return (
    <ol class="steps">
      {steps.map(({ key, state }, index) => {
        // Where it stands: at what is now or failed, else at the last that is done.
        const here = state !== "to_come" && (index === steps.length - 1 || steps[index + 1]?.state === "to_come");
        return (
          <li key={key} class={state} aria-current={here ? "step" : undefined}>
            <span class="mark">{state === "done" && <Icon of={Check} />}{state === "failed" && <Icon of={X} />}</span>
            {say(key)}
          </li>
        );
      })}
    </ol>
  );
}

export const positionGone = (age_s: number | null): boolean => age_s !== null && age_s >= GONE_AFTER_S;
