// What a step had gathered is there for the next time: where it was taken back before it was sent, and where it proved too little.
import { type Action, isProved } from "./actions.ts";
import type { Outbox } from "./outbox.ts";
import { type Proofs, gatheredFor, proofOf } from "./proofs.ts";

/**
 * Takes back what of `actions` is still held and returns it. What it had gathered is kept before the step is gone: a page that is closed in
 * between loses neither. Where the phone can keep nothing more it is gathered anew: who takes a step back does not want it told.
 */
export function undoneOf(actions: readonly Action[], outbox: Pick<Outbox, "undoAll">, proofs: Pick<Proofs, "keep">, jobs: readonly number[]): Promise<readonly Action[]> {
  return outbox.undoAll(actions.map((one) => one.number), async (held) => {
    const under_way = [...jobs, ...held.map((one) => one.delivery_id)];
    for (const { kind, ...one } of held) if (isProved(kind)) await proofs.keep(kind, one.delivery_id, gatheredFor({ ...one, kind }), under_way).catch(() => undefined);
  });
}

// After these the same is done once more, with something else said or added.
const UNPROVED: ReadonlySet<string> = new Set(["code_wrong", "code_locked", "proof_missing", "proof_wrong", "signature_required", "too_far", "place_required", "fix_too_old"]);

/** What time it is, ms since 1970. */
interface Clocks {
  server: number;
  phone: number;
}

// So long the same people are believed to stand at the same door.
const SAME_DOOR_MS = 10 * 60_000;

/** Whoever heard a wrong code need not take the photo and sign once more. What was gathered for another try meanwhile stays. Raises nothing: else it is gathered anew. */
export async function gatheredAgain(refused: Action, actions: readonly Action[], proofs: Pick<Proofs, "keepUnlessKept">, jobs: readonly number[], { server, phone }: Clocks): Promise<void> {
  const { kind } = refused;
  if (kind === "attempts" || !isProved(kind) || refused.refusal === null || !UNPROVED.has(refused.refusal.code)) return;
  const left_ms = Date.parse(refused.happened_at) + SAME_DOOR_MS - server; // what was sent hours later was signed hours ago
  if (!(left_ms > 0) || actions.some((one) => one.delivery_id === refused.delivery_id && one.number > refused.number)) return;
  const gathered = { ...proofOf(kind, refused.body), good_until: phone + left_ms };
  await proofs.keepUnlessKept(kind, refused.delivery_id, gathered, [...jobs, refused.delivery_id]).catch(() => undefined);
}
