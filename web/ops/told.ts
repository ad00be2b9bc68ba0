// An event of the audit log as people tell it.
import type { components } from "../shared/api.ts";
import { isKeyOf } from "../shared/words.ts";
import { type Say, words } from "./speech.ts";

type Event = Pick<components["schemas"]["AuditAnswer"], "action" | "actor_id" | "subject_kind" | "subject_id" | "subject_name">;

/** A sentence in parts, of which "{who}" and "{what}" stand for who acted and what it was done to. */
export function sentenceOf({ action, actor_id, subject_kind, subject_id }: Omit<Event, "subject_name">, say: Say): string[] {
  // Of what people do to themselves the second name would tell nothing.
  const own = subject_kind === "user" && String(actor_id) === subject_id ? `did.${action}.own` : "";
  const key = isKeyOf(words, own) ? own : `did.${action}`;
  // What a newer server writes down is told by its own name.
  const text = isKeyOf(words, key) ? say(key) : `{who}: ${action} ({what})`;
  return text.split(/(\{who\}|\{what\})/).filter((part) => part !== "");
}

/** What something is called, and where more of it stands: a parcel's page, a transporter's papers, else what happened to it. */
export function aboutOf({ subject_kind, subject_id, subject_name }: Omit<Event, "action" | "actor_id">): { name: string; href: string | null } {
  if (subject_name === null) return { name: `${subject_kind.replaceAll("_", " ")} ${subject_id}`, href: null };
  const [id, name] = [encodeURIComponent(subject_id), encodeURIComponent(subject_name)];
  if (subject_kind === "delivery") return { name: subject_name, href: `/t/${name}` };
  if (subject_kind === "transporter") return { name: subject_name, href: `/ops/transporters?find=${name}&open=${id}` };
  return { name: subject_name, href: `/ops/audit?subject_kind=${encodeURIComponent(subject_kind)}&subject_id=${id}` };
}
