// What is asked at a handover, one question at a time.
import type { components } from "../shared/api.ts";
import type { ProvedKind } from "./actions.ts";

export type HandoverKind = Exclude<ProvedKind, "attempts">;
export type Kind = components["schemas"]["ProofKind"];
export type Question = Kind | "done";

/** What the job of an older version of this page does not have. */
interface WithProof {
  proof?: components["schemas"]["DeliveryProofs"];
  package_details: { requires_signature: boolean };
}

/** What a delivery cannot change hands without. */
export function requiredAt(kind: HandoverKind, job: WithProof): readonly Kind[] {
  const promised: readonly Kind[] = kind === "deliver" && job.package_details.requires_signature ? ["signature"] : [];
  const required = (kind === "pickup" ? job.proof?.pickup : job.proof?.drop_off) ?? promised;
  return job.proof?.code?.waived === true ? required.filter((one) => one !== "code") : required;
}

/**
 * What is required comes before what may be left out. A photo may be taken everywhere, and a signature at every door; what
 * stands on the parcel, the customer's age and code are asked for only where they must be. The answer to the last question is
 * the handover.
 */
export function questionsOf(kind: HandoverKind, required: readonly Kind[]): readonly Question[] {
  const offered: readonly Kind[] = kind === "pickup" ? ["photo"] : ["photo", "signature"];
  const asked = (["barcode", "signature", "photo"] as const).filter((one) => required.includes(one));
  const may = offered.filter((one) => !required.includes(one));
  const last = (["age", "code"] as const).filter((one) => required.includes(one));
  return [...asked, ...may, ...last];
}

/**
 * How a photo is asked for: a command only where there is no going on without one, and of a handover where somebody has to
 * stand there. Who must sign, show an age or say a code is there.
 */
export function photoWords(kind: HandoverKind, required: readonly Kind[]) {
  const must = required.includes("photo");
  if (kind === "pickup") return must ? "photo.pickup" : "photo.pickup.may";
  const somebody = (["signature", "age", "code"] as const).some((one) => required.includes(one));
  if (somebody) return must ? "photo.handing" : "photo.handing.may";
  return must ? "photo.dropoff" : "photo.dropoff.may";
}

/** A number as it is compared: in capitals, nothing between its signs. */
export function plainNumber(text: string): string {
  return text.normalize("NFKC").replace(/[\s_\p{Pd}\p{Cf}]/gu, "").toUpperCase();
}

/** Whether what was scanned or typed stands on this parcel. */
export function isOfParcel(scanned: string, numbers: readonly (string | null | undefined)[]): boolean {
  const read = plainNumber(scanned);
  return read !== "" && numbers.some((one) => one !== null && one !== undefined && plainNumber(one) === read);
}

/** The digits of a code, whichever script they were typed in; no more than four. */
export function codeOf(typed: string): string {
  const plain = typed.normalize("NFKC").replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x0966));
  return plain.replace(/[^0-9]/g, "").slice(0, 4);
}
