// What a delivery pays: the part of its fee that is the courier's, as the earnings count it.
import { type Language, money } from "../shared/numbers.ts";
import type { CourierSay } from "./words.ts";
import type { Duty } from "./work_state.ts";

/** Paisa of sums that a computer cannot write exactly, such as 1.005, are still half of one. */
const UNSURE = 1e-6;

/** In rupees, to whole paisa, half up; null where the server has not said yet what is kept of a fee. */
export function ownPart(fee: string | number, duty: Pick<Duty, "commission_rate"> | null): number | null {
  if (duty === null) return null;
  return Math.round(Number(fee) * 100 * (1 - Number(duty.commission_rate)) + UNSURE) / 100;
}

/** Both sums, so that neither is taken for the other; the fee alone where it is all theirs, or nobody knows. */
export function payWords(fee: string | number, duty: Pick<Duty, "commission_rate"> | null, language: Language, say: CourierSay): string {
  const own = ownPart(fee, duty);
  const whole = money(fee, language);
  return own === null || own === Number(fee) ? say("fee", { amount: whole }) : say("pay", { amount: money(own, language), fee: whole });
}
