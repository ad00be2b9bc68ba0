// What is asked at a handover, one question at a time.
import type { ActionKind } from "./actions.ts";

export type Question = "photo" | "signature" | "done";

/**
 * A signature is asked at every door, and may be left out only where the delivery was not promised to be signed for. The
 * answer to the last question is the handover; whoever is `far` from the address is asked once more.
 */
export function questionsOf(kind: ActionKind, requires_signature: boolean, far: boolean): readonly Question[] {
  const proofs: readonly Question[] = kind === "pickup" ? ["photo"] : requires_signature ? ["signature", "photo"] : ["photo", "signature"];
  return far ? [...proofs, "done"] : proofs;
}
