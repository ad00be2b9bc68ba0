import type { components } from "../shared/api.ts";
import { Listing } from "../shared/listing.tsx";
import { SideSheet } from "../shared/side_sheet.tsx";
import { Facts } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { wordOf } from "./speech.ts";
import { aboutOf, sentenceOf } from "./told.ts";

type Event = components["schemas"]["AuditAnswer"];
const KINDS = ["user", "operator", "system", "stranger"] as const;

/** Who did what to whom. */
export function Audit(given: Given) {
  const { address, language, say } = given;
  const about = ["subject_kind", "subject_id", "actor_id"].flatMap((name) => (address.query.get(name) === null ? [] : [`${name}=${encodeURIComponent(address.query.get(name) ?? "")}`]));
  return (
    <>
      <h1>{say("audit")}</h1>
      <Listing<Event>
        {...given}
        path="/api/v1/audit/"
        fixed={about.join("&")}
        caption={say("audit")}
        empty={say("audit.empty")}
        search="action"
        filters={[{ name: "actor_kind", label: say("audit.who"), choices: KINDS.map((kind) => [kind, wordOf("actor", kind, say)]) }]}
        idOf={(event) => event.id}
        columns={[
          { key: "at", title: say("audit.at"), value: (event) => event.at, cell: (event) => when(event.at, language) },
          { key: "action", title: say("audit.action"), value: (event) => event.action, cell: (event) => <Told event={event} given={given} /> },
          { key: "count", title: say("audit.count"), value: (event) => event.occurrences, cell: (event) => say("count", { count: event.occurrences }), end: true },
        ]}
        sheet={(_, row, __, close) =>
          row !== null && (
            <SideSheet title={when(row.at, language)} onClose={close} say={say}>
              <Facts
                of={[
                  [say("audit.action"), <Told event={row} given={given} />],
                  [say("kind"), row.action],
                  [say("number"), `${row.subject_kind} ${row.subject_id}`],
                  [say("audit.address"), row.address],
                  [say("audit.request"), row.request_id],
                  [say("audit.count"), say("count", { count: row.occurrences })],
                  ...Object.entries(row.detail).map(([name, value]) => [name.replaceAll("_", " "), typeof value === "object" ? JSON.stringify(value) : String(value)] as const),
                ]}
              />
            </SideSheet>
          )
        }
      />
    </>
  );
}

/** An event as a sentence, with ways to who acted and what it was done to. */
function Told({ event, given: { say } }: { event: Event; given: Given }) {
  const actor = event.actor_id === null ? wordOf("actor", event.actor_kind, say) : (event.actor_name ?? `${wordOf("actor", event.actor_kind, say)} ${event.actor_id}`);
  const about = aboutOf(event);
  return (
    <>
      {sentenceOf(event, say).map((part, at) => {
        if (part === "{who}") return event.actor_id === null ? actor : <a key={at} href={`/ops/audit?actor_id=${event.actor_id}`}>{actor}</a>;
        if (part === "{what}") return about.href === null ? about.name : <a key={at} href={about.href}>{about.name}</a>;
        return part;
      })}
    </>
  );
}
