// What did not go well with what was sold, in words: where a parcel is, and what of the money goes back.
import type { components } from "../shared/api.ts";
import type { MarkKind } from "../shared/mark.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { clock } from "../shared/times.ts";
import type { Say } from "./speech.ts";

export type Setback = components["schemas"]["SetbackAnswer"];
export type Kind = Setback["kind"];

/** In the order in which somebody has to do something about them. */
export const KINDS: readonly Kind[] = ["coming_back", "on_hold", "lost", "damaged", "in_part", "back"];
export const MARKS: Record<Kind, MarkKind> = { coming_back: "way", on_hold: "wait", lost: "late", damaged: "late", in_part: "late", back: "done" };

type Where = Pick<Setback, "kind" | "delivery_status" | "transporter" | "expected_at">;

/** Where it is now, in a sentence. */
export function whereWords({ kind, delivery_status, transporter, expected_at }: Where, now: number, language: Language, say: Say): string {
  const at = expected_at === null ? null : clock(Date.parse(expected_at), now, language);
  if (kind === "on_hold") return at === null ? say("setback.where.on_hold") : say("setback.where.on_hold_until", { at });
  if (kind !== "coming_back") return say(`setback.where.${kind}`);
  const who = transporter ?? say("setback.courier");
  if (delivery_status === "available") return say("setback.where.waits");
  if (delivery_status === "assigned") return say("setback.where.fetches", { who });
  return at === null ? say("setback.where.aboard", { who }) : say("setback.where.aboard_until", { who, at });
}

type Money = Pick<Setback, "kind" | "refunded" | "refund_status">;

/** What its buyer has back, in a sentence. */
export function refundWords({ kind, refunded, refund_status }: Money, language: Language, say: Say): string {
  if (refunded === null || refund_status === null) return say(kind === "coming_back" ? "setback.money.later" : "setback.money.none");
  const amount = money(refunded, language);
  if (refund_status === "succeeded") return say("setback.money.back", { amount });
  if (refund_status === "denied") return say("setback.money.denied", { amount });
  return say(refund_status === "failed" || refund_status === "unclear" ? "setback.money.stuck" : "setback.money.going", { amount });
}

/** What becomes of the goods, in a sentence; empty where nothing is to be said. */
export function goodsWords({ kind, restocks }: Pick<Setback, "kind" | "restocks">, say: Say): string {
  if (kind === "on_hold") return "";
  if (restocks === null || kind === "lost" || kind === "damaged") return say("setback.goods.gone");
  if (!restocks) return say("setback.goods.kept_off");
  return say(kind === "back" ? "setback.goods.on_sale" : "setback.goods.will_be");
}
