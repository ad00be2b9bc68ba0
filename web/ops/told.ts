// An event of the audit log as people tell it.
import type { components } from "../shared/api.ts";
import { isKeyOf } from "../shared/words.ts";
import { type Say, wordOf, words } from "./speech.ts";

type Event = Pick<components["schemas"]["AuditAnswer"], "action" | "actor_id" | "subject_kind" | "subject_id" | "subject_name" | "transporter_name">;

/** A sentence in parts, of which "{who}" and "{what}" stand for who acted and what it was done to, "{whom}" for the transporter who got it. */
export function sentenceOf({ action, actor_id, subject_kind, subject_id, transporter_name }: Omit<Event, "subject_name">, say: Say): string[] {
  // Of what people do to themselves the second name would tell nothing.
  const own = subject_kind === "user" && String(actor_id) === subject_id ? `did.${action}.own` : "";
  const to = transporter_name === null ? "" : `did.${action}.to`;
  const key = isKeyOf(words, own) ? own : isKeyOf(words, to) ? to : `did.${action}`;
  // What a newer server writes down is told by its own name.
  const text = isKeyOf(words, key) ? say(key) : `{who}: ${action} ({what})`;
  return text.split(/(\{who\}|\{what\}|\{whom\})/).filter((part) => part !== "");
}

/** Where an admin reads an order. */
export function orderPath(id: number | string): string {
  return `/ops/orders/${id}`;
}

/** Where an admin reads a delivery. */
export function deliveryPath(id: number | string): string {
  return `/ops/deliveries/${id}`;
}

// Sentences about these do not say what they are; those about all others do.
const UNSAID: readonly string[] = ["user", "document", "run", "plan", "import"];

/** A kind of thing with its number, in words: "document 12". */
export function thingOf(kind: string, id: string, say: Say): string {
  return `${wordOf("thing", kind, say)} ${say("count", { count: id })}`;
}

/** What has no name that people know, as a sentence about it speaks of it. */
function namelessOf(kind: string, id: string, say: Say): string {
  const numbered = /^\d+$/.test(id);
  if (kind === "user" && !numbered) return id; // what somebody typed who could not sign in
  const said = isKeyOf(words, `thing.${kind}`) && !UNSAID.includes(kind);
  return said ? `#${say("count", { count: id })}` : thingOf(kind, id, say);
}

/** What something is called, and where more of it stands: a delivery, an order, a transporter's papers, else what happened to it. */
export function aboutOf({ subject_kind, subject_id, subject_name }: Omit<Event, "action" | "actor_id" | "transporter_name">, say: Say): { name: string; href: string | null } {
  if (subject_name === null) return { name: namelessOf(subject_kind, subject_id, say), href: null };
  const [id, name] = [encodeURIComponent(subject_id), encodeURIComponent(subject_name)];
  if (subject_kind === "delivery") return { name: subject_name, href: deliveryPath(id) };
  if (subject_kind === "order") return { name: subject_name, href: orderPath(id) };
  if (subject_kind === "transporter") return { name: subject_name, href: `/ops/transporters?find=${name}&open=${id}` };
  return { name: subject_name, href: `/ops/audit?subject_kind=${encodeURIComponent(subject_kind)}&subject_id=${id}` };
}
