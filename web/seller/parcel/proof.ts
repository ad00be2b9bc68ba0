// What one parcel requires as proof, as it is typed and as the API takes it.
import type { components } from "../../shared/api.ts";
import { numberOf } from "../product_form.ts";

export type Wanted = Partial<components["schemas"]["WantedProofs"]>;
export type Required = components["schemas"]["RequiredProofs"];
export type Kind = components["schemas"]["ProofKind"];
export type End = "pickup" | "drop_off" | "return";

const EVERYWHERE: readonly Kind[] = ["photo", "signature", "barcode"];
/** What may be required where: code and age are the customer's. */
export const ENDS: readonly (readonly [End, readonly Kind[]])[] = [
  ["pickup", EVERYWHERE],
  ["drop_off", ["photo", "signature", "code", "barcode", "age"]],
  ["return", EVERYWHERE],
];

/** Of each end what is required, with blanks between, or that it is as the seller's parcels usually have it. */
export type ProofTyped = { [Name in End as `proof_${Name}`]: string } & { age_minimum: string };
export const AS_USUAL = "usual";
export const NOTHING_OWN: ProofTyped = { proof_pickup: AS_USUAL, proof_drop_off: AS_USUAL, proof_return: AS_USUAL, age_minimum: "" };

/** What is required there for this parcel alone; null where it is as usual. */
export function ownKinds(typed: string): Kind[] | null {
  if (typed === AS_USUAL) return null;
  const named = typed.split(" ");
  return ENDS.flatMap(([, kinds]) => kinds).filter((kind, at, all) => all.indexOf(kind) === at && named.includes(kind));
}

export function typedKinds(kinds: readonly Kind[]): string {
  return kinds.join(" ");
}

/** The same with a kind more or less. */
export function ticked(typed: string, kind: Kind, chosen: boolean): string {
  const others = (ownKinds(typed) ?? []).filter((one) => one !== kind);
  return typedKinds(ownKinds(typedKinds(chosen ? [...others, kind] : others)) ?? []);
}

/** How many ends are not as usual. */
export function ownEnds(typed: ProofTyped): number {
  return ENDS.filter(([end]) => ownKinds(typed[`proof_${end}`]) !== null).length;
}

/** What of it goes to the server: nothing where all is as usual. */
export function proofOf(typed: ProofTyped): Record<string, unknown> | null {
  const own = ENDS.flatMap(([end]) => {
    const kinds = ownKinds(typed[`proof_${end}`]);
    return kinds === null ? [] : [[end, kinds] as const];
  });
  if (own.length === 0) return null;
  const is_checked = ownKinds(typed.proof_drop_off)?.includes("age") ?? false;
  return { ...Object.fromEntries(own), ...(is_checked && typed.age_minimum.trim() !== "" && { age_minimum: numberOf(typed.age_minimum) }) };
}
