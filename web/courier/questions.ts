// What is asked at a handover, one question at a time.
import type { ActionKind } from "./actions.ts";

export type Question = "photo" | "signature" | "done";

/** A signature is asked at every door, and may be left out only where the delivery was not promised to be signed for. */
export function questionsOf(kind: ActionKind, requires_signature: boolean): readonly Question[] {
  if (kind === "pickup") return ["photo", "done"];
  return requires_signature ? ["signature", "photo", "done"] : ["photo", "signature", "done"];
}
