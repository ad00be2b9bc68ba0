// What was gathered for a step that is not finished: a page that is closed meanwhile goes on where it was.
import type { ProvedKind } from "./actions.ts";
import { type AttemptAnswers, NO_ANSWERS, answersOf } from "./attempt_answers.ts";
import type { Kept } from "./kept.ts";

export interface Proof {
  /** Which question is asked next, from 0. */
  at: number;
  /** Pictures as data addresses; null where there is none. */
  photo: string | null;
  signature: string | null;
  /** Who signed, and what they are to whom it is for. */
  signed_by: string;
  relation: string;
  /** Who received it where nobody signed, as the courier typed it; empty where that was not said. */
  received_by: string;
  /** What stands on the parcel, and what the customer said; empty where it was not asked for. */
  scanned: string;
  code: string;
  age_checked: boolean;
  /** So many of the goods, and why not all; null where all are handed over. */
  accepted: number | null;
  partial_reason: string;
  /** Other parcels at the same door that change hands with this one. */
  together: readonly number[];
  /** Whether the courier was told that the address is far and goes on here. */
  far_seen: boolean;
  /** Until then it may be used, ms since 1970 by the phone's clock: of a step that was refused, while the same people stand there. */
  good_until?: number | undefined;
}

export const NO_PROOF: Proof = { at: 0, photo: null, signature: null, signed_by: "", relation: "self", received_by: "", scanned: "", code: "", age_checked: false, accepted: null, partial_reason: "", together: [], far_seen: false };

/** What is sent of it with the step. */
export function bodyOf(kind: ProvedKind, proof: Proof): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  if (proof.photo !== null) body[kind === "pickup" ? "pickup_photo" : "delivery_photo"] = proof.photo;
  if (proof.signature !== null) {
    body["signature"] = proof.signature;
    if (proof.signed_by !== "") Object.assign(body, { signed_by: proof.signed_by, relation: proof.relation });
  } else if (proof.received_by !== "") {
    body["signed_by"] = proof.received_by; // without a signature, it is who received it
  }
  if (proof.scanned !== "") body["scanned"] = proof.scanned;
  if (proof.code !== "") body["code"] = proof.code;
  if (proof.age_checked) body["age_checked"] = true;
  if (kind === "deliver" && proof.accepted !== null) Object.assign(body, { quantity_accepted: proof.accepted, partial_reason: proof.partial_reason });
  return body;
}

/** What a step that was undone had gathered, as `bodyOf` wrote it: the questions begin anew, with what is there already. */
export function proofOf(kind: ProvedKind, body: Readonly<Record<string, unknown>>): Proof {
  const text = (name: string): string => String(body[name] ?? "");
  const picture = (name: string): string | null => (typeof body[name] === "string" ? text(name) : null);
  const signature = picture("signature");
  return {
    ...NO_PROOF,
    photo: picture(kind === "pickup" ? "pickup_photo" : "delivery_photo"),
    signature,
    signed_by: signature === null ? "" : text("signed_by"),
    received_by: signature === null ? text("signed_by") : "",
    relation: text("relation") || NO_PROOF.relation,
    scanned: text("scanned"),
    accepted: typeof body["quantity_accepted"] === "number" ? body["quantity_accepted"] : null,
    partial_reason: text("partial_reason"),
  };
}

/** By the kind of step it is gathered for. */
export interface Gathered {
  pickup: Proof;
  deliver: Proof;
  attempts: AttemptAnswers;
}

const NOTHING: Gathered = { pickup: NO_PROOF, deliver: NO_PROOF, attempts: NO_ANSWERS };

/** What a step that was undone had gathered. */
export function gatheredFor({ kind, body, happened_at }: { kind: ProvedKind; body: Readonly<Record<string, unknown>>; happened_at: string }): Gathered[ProvedKind] {
  return kind === "attempts" ? answersOf(body, happened_at) : proofOf(kind, body);
}

/** By kind and delivery, as in "deliver:12". */
export type KeptProofs = Readonly<Record<string, Gathered[ProvedKind]>>;

export class Proofs {
  #changing: Promise<void> = Promise.resolve();

  constructor(
    private readonly kept: Pick<Kept, "read" | "change">,
    private readonly now: () => number = Date.now,
  ) {}

  async find<Kind extends ProvedKind>(kind: Kind, delivery: number): Promise<Gathered[Kind]> {
    await this.#changing;
    const all = await this.kept.read("proofs").catch(() => undefined); // a phone that says nothing is asked anew
    const found: Partial<Gathered[ProvedKind]> & { good_until?: number | undefined } = all?.[nameOf(kind, delivery)] ?? {};
    return (found.good_until ?? Infinity) < this.now() ? NOTHING[kind] : { ...NOTHING[kind], ...found }; // an older page kept less
  }

  /** Keeps one; those of deliveries that are not under way any more go. */
  keep<Kind extends ProvedKind>(kind: Kind, delivery: number, gathered: Gathered[Kind], under_way: readonly number[]): Promise<void> {
    return this.#change((all) => ({ ...underWay(all, under_way), [nameOf(kind, delivery)]: gathered }));
  }

  /** The same, where nothing is kept for it. */
  keepUnlessKept<Kind extends ProvedKind>(kind: Kind, delivery: number, gathered: Gathered[Kind], under_way: readonly number[]): Promise<void> {
    return this.#change((all) => ({ [nameOf(kind, delivery)]: gathered, ...underWay(all, under_way) }));
  }

  forget(kind: ProvedKind, delivery: number): Promise<void> {
    return this.#change((all) => Object.fromEntries(Object.entries(all).filter(([name]) => name !== nameOf(kind, delivery))));
  }

  /** One change after another: each makes another of what the last one wrote, also of another window. */
  #change(change: (all: KeptProofs) => KeptProofs): Promise<void> {
    const changed = this.#changing.then(() => this.kept.change("proofs", (all) => change(all ?? {})));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }
}

function underWay(all: KeptProofs, deliveries: readonly number[]): KeptProofs {
  return Object.fromEntries(Object.entries(all).filter(([name]) => deliveries.includes(Number(name.split(":")[1]))));
}

function nameOf(kind: ProvedKind, delivery: number): string {
  return `${kind}:${delivery}`;
}
