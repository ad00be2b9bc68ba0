// Sentences that the server keeps with a delivery's steps, taken apart, so that they are said in the page's language.
import { CANCEL_REASONS, REASONS } from "./calls.ts";

export const GAVE_BACK = ["vehicle_trouble", "too_far", "too_much", "pickup_closed", "not_ready", "unsafe", "off_duty", "other"] as const;

/** Whole sentences, by what the page calls them. */
const SENTENCES = {
  "The transporter is no longer available.": "note.unavailable",
  "The transporter's verification was withdrawn.": "note.verification_revoked",
  "The transporter changed what was verified.": "note.profile_changed",
  "A document of the transporter has expired.": "note.documents_expired",
  "The account is no longer a transporter's.": "note.role_taken",
  "The transporter's account was closed.": "note.account_closed",
  "A dispatcher took it back.": "history.taken_back",
  "The transporter gave it back.": "history.given_back",
  "A dispatcher gave it to somebody else.": "history.reassigned",
  "A dispatcher had it handed on to somebody else.": "history.handed_on",
  "It was cancelled.": "history.cancelled",
} as const;

const ACTS = [
  [/^Taken back by a dispatcher: ([a-z ]+)\.(.*)$/s, "history.taken_back", "reason", REASONS],
  [/^Reassigned by a dispatcher: ([a-z ]+)\.(.*)$/s, "history.reassigned", "reason", REASONS],
  [/^Handed on by a dispatcher: ([a-z ]+)\.(.*)$/s, "history.handed_on", "reason", REASONS],
  [/^Given back by the transporter: ([a-z ]+)\.(.*)$/s, "history.given_back", "gave_back", GAVE_BACK],
  [/^Cancelled: ([a-z ]+)\.(.*)$/s, "history.cancelled", "cancel", CANCEL_REASONS],
] as const;

type Sentence = (typeof SENTENCES)[keyof typeof SENTENCES];
type Reason = `reason.${(typeof REASONS)[number]}` | `gave_back.${(typeof GAVE_BACK)[number]}` | `cancel.${(typeof CANCEL_REASONS)[number]}`;

export interface StepNote {
  key: Sentence;
  reason: Reason | null;
  /** What somebody wrote themselves: it stays as it is. */
  own: string;
}

/** Null for what a person wrote. */
export function noteOf(notes: string): StepNote | null {
  if (Object.hasOwn(SENTENCES, notes)) return { key: SENTENCES[notes as keyof typeof SENTENCES], reason: null, own: "" };
  for (const [pattern, key, kind, reasons] of ACTS) {
    const [, told, own = ""] = pattern.exec(notes) ?? [];
    const reason = reasons.find((one) => one.replaceAll("_", " ") === told);
    if (reason !== undefined) return { key, reason: `${kind}.${reason}` as Reason, own: own.trim() };
  }
  return null;
}
