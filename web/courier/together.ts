// Parcels that change hands at the same door: one photo and one signature stand for all of them.
import { type Job, distanceM, stopOf } from "./jobs.ts";
import { type HandoverKind, type Kind, requiredAt } from "./questions.ts";

// Phones and maps do not agree on a door to the metre.
const SAME_DOOR_M = 30;
/** As many tell one phone from another, with the country's code or without. */
const PHONE_DIGITS = 10;
/** What one answer can say of several parcels. What stands on a parcel, its code and an age check are each parcel's own. */
const SHARED: readonly Kind[] = ["photo", "signature"];

/** The others that can be handed over, or fetched, with this one: of the same person at the same place, and with proof that can be shared. */
export function alsoHere(kind: HandoverKind, job: Job, jobs: readonly Job[]): readonly Job[] {
  if (!shares(kind, job)) return [];
  return jobs.filter((one) => one.id !== job.id && (one.status === "assigned") === (kind === "pickup") && one.return_of === job.return_of && shares(kind, one) && isSameDoor(kind, job, one));
}

/** What none of them can change hands without. */
export function requiredOfAll(kind: HandoverKind, jobs: readonly Job[]): readonly Kind[] {
  return [...new Set(jobs.flatMap((one) => requiredAt(kind, one)))];
}

function shares(kind: HandoverKind, job: Job): boolean {
  return requiredAt(kind, job).every((one) => SHARED.includes(one));
}

function isSameDoor(kind: HandoverKind, a: Job, b: Job): boolean {
  const [one, other] = [a, b].map((job) => stopOf(kind === "pickup" ? { ...job, status: "assigned" } : job)) as [ReturnType<typeof stopOf>, ReturnType<typeof stopOf>];
  if (plain(one.contact) !== plain(other.contact) || areOfTwo(one.phone, other.phone)) return false;
  if (one.point !== null && other.point !== null) return distanceM(one.point, other.point) <= SAME_DOOR_M;
  return plain(one.address) === plain(other.address);
}

/** Two people of one name may live in one house: where both phones are known, they tell. */
function areOfTwo(phone: string | null, other: string | null): boolean {
  const [a, b] = [phone, other].map((one) => (one ?? "").replace(/\D/g, "").slice(-PHONE_DIGITS));
  return a !== "" && b !== "" && a !== b;
}

function plain(text: string): string {
  return text.normalize("NFKC").trim().replace(/\s+/gu, " ").toLowerCase();
}
