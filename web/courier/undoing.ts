// Steps that are taken back before they are sent.
import type { Action } from "./actions.ts";
import type { Outbox } from "./outbox.ts";
import { type Proofs, gatheredFor } from "./proofs.ts";

/**
 * Takes back what of `actions` is still held and returns it. What it had gathered is kept before the step is gone: a page that is closed in
 * between loses neither. Where the phone can keep nothing more it is gathered anew: who takes a step back does not want it told.
 */
export function undoneOf(actions: readonly Action[], outbox: Pick<Outbox, "undoAll">, proofs: Pick<Proofs, "keep">, jobs: readonly number[]): Promise<readonly Action[]> {
  return outbox.undoAll(actions.map((one) => one.number), async (held) => {
    const under_way = [...jobs, ...held.map((one) => one.delivery_id)];
    for (const one of held) await proofs.keep(one.kind, one.delivery_id, gatheredFor(one), under_way).catch(() => undefined);
  });
}
