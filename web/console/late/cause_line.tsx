// Why what is looked at is late, in a sentence below how late it is.
import { handKey } from "../../shared/hands/hands.ts";
import { useLoading } from "../../shared/loading.tsx";
import { distance } from "../../shared/numbers.ts";
import { clock, duration } from "../../shared/times.ts";
import type { Details } from "../calls.ts";
import { lateness } from "../exceptions.ts";
import type { Delivery } from "../frames.ts";
import { type Cause, causeOf } from "./cause.ts";
import { type LateSay, isLateKey, useLateDesk } from "./words.ts";

/** `turn`: another where the delivery has changed. */
export function CauseLine({ delivery, details, turn }: { delivery: Delivery; details: Details | null; turn: string }) {
  const { say, calls, board, searches, now, language } = useLateDesk();
  const late = lateness(delivery, now) > 0;
  const { value: hands } = useLoading(() => (late ? calls.hands(delivery.id) : Promise.resolve(null)), [late, delivery.id, turn]);
  const courier = delivery.transporter_id;
  const cause = causeOf({ delivery, courier: board.couriers.get(courier ?? 0), search: searches.get(delivery.id), details, hands }, now);
  if (cause === null) return late ? <p class="small" aria-hidden="true">{"\u00a0"}</p> : null; // so that nothing below moves once it is there
  const name = board.nameOf(courier) ?? (courier === null ? "" : `#${courier}`);
  const told: Told = { at: (moment) => clock(moment, now, language), far: (metres) => distance(metres, language) };
  return <p class="small" data-cause={cause.key}>{say(cause.key, valuesOf(cause, name, told, say))}</p>;
}

interface Told {
  at: (moment: number) => string;
  far: (metres: number) => string;
}

function valuesOf(cause: Cause, name: string, { at, far }: Told, say: LateSay): Record<string, string | number> {
  return {
    name,
    ...("at" in cause && { at: at(cause.at) }),
    ...("metres" in cause && { distance: far(cause.metres), planned: at(cause.planned) }),
    ...("for_ms" in cause && { age: duration(cause.for_ms / 1000, say) }),
    ...("count" in cause && { count: cause.count }),
    ...("reason" in cause && { why: triedWords(cause.reason, say) }),
    ...("hand" in cause && { what: handWords(cause.hand, say) }),
  };
}

function triedWords(reason: string, say: LateSay): string {
  const key = `tried.${reason}`;
  return isLateKey(key) ? say(key) : reason;
}

function handWords(hand: Extract<Cause, { hand: unknown }>["hand"], say: LateSay): string {
  const key = handKey(hand);
  return key === null ? "" : say(key, { name: hand.transporter_name, from: hand.taken_from_name ?? "", by: hand.by_name ?? say("hand.dispatcher") });
}
