// The steps of a parcel's way, as far as they are known: what was, what is, what went wrong, and what comes.
import { type Parcel, atDoor, nextTryAt, step } from "./parcel.ts";
import type { words } from "./speech.ts";

type Key = Extract<keyof (typeof words)["en"], `step.${string}`>;

export interface Step {
  key: Key | "step.taken" | "step.picked_up" | "step.way" | "step.door" | "step.done";
  state: "done" | "now" | "failed" | "to_come";
}

const WAY: readonly Step["key"][] = ["step.taken", "step.picked_up", "step.way", "step.door"];

/** Empty where there is nothing to tell beside the answer above them. */
export function stepsOf(parcel: Parcel, now: number): Step[] {
  if (parcel.status === "cancelled") return endedWithout(parcel);
  if (parcel.status === "delivered") return arrived(parcel);
  if (notHandedOver(parcel, now)) return [...done("step.taken", "step.picked_up", "step.way"), { key: "step.tried", state: "failed" }];
  const at = step(parcel);
  return WAY.map((key, index) => ({ key, state: index < at || (index === at && index < 2) ? "done" : index === at ? "now" : "to_come" }));
}

/** Whether it was tried in vain, and is not brought again now. */
export function notHandedOver(parcel: Parcel, now: number): boolean {
  if (!isAboard(parcel) || parcel.attempts.length === 0 || atDoor(parcel)) return false;
  return parcel.tries_left === 0 || nextTryAt(parcel, now) !== null || isUndecided(parcel);
}

/** Nobody took it at the door, and nobody has said when it is tried again. */
export function isUndecided(parcel: Parcel): boolean {
  return isAboard(parcel) && parcel.attempts.length > 0 && parcel.next_try === null && parcel.eta === null && parcel.estimated_delivery_time === null;
}

function isAboard({ status }: Parcel): boolean {
  return status === "picked_up" || status === "in_transit";
}

function arrived({ ending, return_ended }: Parcel): Step[] {
  if (ending === "returned") return [...done("step.taken", "step.picked_up", "step.done"), wayBack(return_ended)];
  if (ending !== null) return [...done("step.taken", "step.picked_up", "step.way"), { key: `step.${ending}`, state: "failed" }];
  return done("step.taken", "step.picked_up", "step.way", "step.done");
}

/** Of what ended without having arrived: only what is known to have been. */
function endedWithout(parcel: Parcel): Step[] {
  const been = (status: string): boolean => parcel.tracking_history.some((one) => one.status === status);
  const { ending } = parcel;
  const returned = ending === "returned"; // only what was aboard goes back
  const steps = [...(returned || been("assigned") ? done("step.taken") : []), ...(returned || been("picked_up") ? done("step.picked_up") : [])];
  if (parcel.attempts.length > 0) steps.push({ key: "step.tried", state: "failed" });
  steps.push(ending === "returned" ? wayBack(parcel.return_ended) : { key: `step.${ending ?? "cancelled"}`, state: "failed" });
  return steps.length > 1 ? steps : [];
}

/** Back to the seller: while it goes on, and how that ended. */
function wayBack(ended: Parcel["return_ended"]): Step {
  if (ended === null || ended === "back") return { key: "step.back", state: ended === null ? "now" : "done" };
  return { key: `step.${ended}`, state: "failed" };
}

function done(...keys: Step["key"][]): Step[] {
  return keys.map((key) => ({ key, state: "done" }));
}
