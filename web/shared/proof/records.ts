// What proves each handover and each try of a parcel, in the order in which it was written down.
import type { components } from "../api.ts";

export type Proof = components["schemas"]["ProofOfDelivery"];
type Picture = components["schemas"]["PictureLink"];

export type RecordKind = "pickup" | "drop_off" | "return" | "attempt" | "refused";

export interface ProofRecord {
  key: string;
  kind: RecordKind;
  at: number;
  signed_by: string;
  /** Whether that one signed; else the courier typed who received it. */
  signed: boolean;
  distance_m: number | null;
  photo: Picture | null;
  signature: Picture | null;
}

/** All of them; what came with steps that were not taken is told to admins alone. */
export function recordsOf({ handovers, attempts, refused = [] }: Proof): ProofRecord[] {
  const all: (ProofRecord & { number: number })[] = [
    ...handovers.map((one) => ({ ...one, signed: wasSigned(one), kind: one.end, key: `kept ${one.number}`, at: Date.parse(one.happened_at) })),
    ...attempts.map((one) => ({ ...one, kind: "attempt" as const, key: `kept ${one.number}`, at: Date.parse(one.happened_at), signed_by: "", signed: false, signature: null })),
    ...refused.map((one) => ({ ...one, signed: wasSigned(one), kind: "refused" as const, key: `refused ${one.number}`, at: Date.parse(one.happened_at ?? one.noticed_at) })),
  ];
  return all
    .sort((a, b) => a.at - b.at || a.number - b.number)
    .map(({ key, kind, at, signed_by, signed, distance_m, photo, signature }) => ({ key, kind, at, signed_by, signed, distance_m, photo, signature }));
}

/** Whether who is named signed: a name without a signature is who received it, as the courier typed it. */
export function wasSigned({ signature, checked = [] }: { signature: Picture | null; checked?: readonly string[] }): boolean {
  return signature !== null || checked.includes("signature");
}

/** The same address on this host: a page shows pictures of its own host alone. */
export function ours(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
