// What was gathered for a handover that is not finished: a page that is closed meanwhile goes on where it was.
import type { ActionKind } from "./actions.ts";
import type { Kept } from "./kept.ts";

export interface Proof {
  /** Which question is asked next, from 0. */
  at: number;
  /** Pictures as data addresses; null where there is none. */
  photo: string | null;
  signature: string | null;
}

export const NO_PROOF: Proof = { at: 0, photo: null, signature: null };

/** By kind and delivery, as in "deliver:12". */
export type KeptProofs = Readonly<Record<string, Proof>>;

export class Proofs {
  #changing: Promise<void> = Promise.resolve();

  constructor(private readonly kept: Pick<Kept, "read" | "write">) {}

  async find(kind: ActionKind, delivery: number): Promise<Proof> {
    await this.#changing;
    return (await this.kept.read("proofs"))?.[nameOf(kind, delivery)] ?? NO_PROOF;
  }

  /** Keeps one; those of deliveries that are not under way any more go. */
  keep(kind: ActionKind, delivery: number, proof: Proof, under_way: readonly number[]): Promise<void> {
    return this.#change((all) => {
      const wanted = Object.entries(all).filter(([name]) => under_way.includes(Number(name.split(":")[1])));
      return { ...Object.fromEntries(wanted), [nameOf(kind, delivery)]: proof };
    });
  }

  forget(kind: ActionKind, delivery: number): Promise<void> {
    return this.#change((all) => Object.fromEntries(Object.entries(all).filter(([name]) => name !== nameOf(kind, delivery))));
  }

  /** One change after another: each reads what the last one wrote. */
  #change(change: (all: KeptProofs) => KeptProofs): Promise<void> {
    const run = async (): Promise<void> => this.kept.write("proofs", change((await this.kept.read("proofs")) ?? {}));
    this.#changing = this.#changing.then(run, run);
    return this.#changing;
  }
}

function nameOf(kind: ActionKind, delivery: number): string {
  return `${kind}:${delivery}`;
}
