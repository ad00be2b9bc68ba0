import { changed, go, readAddress } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import { Link } from "../shared/link.tsx";
import { Listing } from "../shared/listing.tsx";
import { isDay } from "../shared/filter_days.ts";
import { dayAt } from "../shared/shifts.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { clock } from "../shared/times.ts";
import { Facts } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { wordOf } from "./speech.ts";
import { aboutOf, orderPath, sentenceOf, thingOf } from "./told.ts";

type Event = components["schemas"]["AuditAnswer"];
const KINDS = ["user", "operator", "system", "stranger"] as const;

/** Who did what to whom. */
export function Audit(given: Given) {
  const { address, language, say } = given;
  const about = ["subject_kind", "subject_id", "actor_id"].flatMap((name) => (address.query.get(name) === null ? [] : [`${name}=${encodeURIComponent(address.query.get(name) ?? "")}`]));
  const asked = (name: string): string | null => address.query.get(name);
  // Who looks for what was done is not helped by who came: they are shown where somebody asks for them, or for one thing or person.
  const withSignIns = about.length > 0 || asked("sign_ins") === "shown" || asked("find") !== null;
  const fixed = [...about, ...(withSignIns ? [] : ["without=sign_in.opened"])];
  return (
    <>
      <h1>{say("audit")}</h1>
      {about.length > 0 && <About given={given} />}
      <Listing<Event>
        {...given}
        path="/api/v1/audit/"
        fixed={fixed.join("&")}
        caption={say("audit")}
        empty={say("audit.empty")}
        search="action"
        filters={[
          { name: "actor_kind", label: say("audit.who"), choices: KINDS.map((kind) => [kind, wordOf("actor", kind, say)]) },
          { name: "date_from", label: say("audit.from") },
          { name: "date_to", label: say("audit.to") },
        ]}
        actions={<><Lately given={given} />{about.length === 0 && asked("find") === null && <Link class="button" href={changed(address, { sign_ins: withSignIns ? null : "shown", page: null })}>{say(withSignIns ? "audit.sign_ins.hide" : "audit.sign_ins.show")}</Link>}</>}
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
                  [say("number"), thingOf(row.subject_kind, row.subject_id, say)],
                  [say("audit.address"), row.address],
                  [say("audit.request"), row.request_id],
                  [say("audit.count"), say("count", { count: row.occurrences })],
                  ...(row.transporter_name === null ? [] : [[say("audit.transporter"), row.transporter_name] as const]),
                  ...Object.entries(row.detail).map(([name, value]) => [wordOf("detail", name, say), typeof value === "object" ? JSON.stringify(value) : String(value)] as const),
                ]}
              />
            </SideSheet>
          )
        }
      />
    </>
  );
}

const HOUR_MS = 3_600_000;

/** What one looks for first when something has just gone wrong, by one press; the same again shows all. */
function Lately({ given: { address, language, say } }: { given: Given }) {
  const from = address.query.get("date_from") ?? "";
  const since = isDay(from) ? null : Date.parse(from);
  const narrow = (date_from: string | null): void => go(changed(readAddress(location.href), { date_from, date_to: null, page: null }), { replace: true });
  const today = dayAt(Date.now());
  const is_today = from === today && address.query.get("date_to") === null;
  return (
    <>
      <button type="button" class="button" aria-pressed={since !== null} onClick={() => narrow(since === null ? new Date(Date.now() - HOUR_MS).toISOString() : null)}>
        {since === null ? say("audit.last_hour") : say("audit.since", { at: clock(since, Date.now(), language) })}
      </button>
      <button type="button" class="button" aria-pressed={is_today} onClick={() => narrow(is_today ? null : today)}>{say("audit.today")}</button>
    </>
  );
}

/** What the log is narrowed to by a link, with the way out of it. */
function About({ given: { address, say } }: { given: Given }) {
  const [kind, id, actor] = ["subject_kind", "subject_id", "actor_id"].map((name) => address.query.get(name));
  const parts = [
    ...(kind || id ? [say("audit.about", { what: kind && id ? thingOf(kind, id, say) : kind ? wordOf("thing", kind, say) : (id ?? "") })] : []),
    ...(actor ? [say("audit.by", { actor })] : []),
  ];
  return (
    <p class="actions" data-about>
      <span>{parts.join(" · ")}</span>
      {kind === "order" && id && <Link class="button" href={orderPath(id)}>{say("audit.order")}</Link>}
      <Link class="button" href={changed(address, { subject_kind: null, subject_id: null, actor_id: null, page: null })}>{say("audit.all")}</Link>
    </p>
  );
}

/** An event as a sentence, with ways to who acted and what it was done to. */
function Told({ event, given: { say } }: { event: Event; given: Given }) {
  const actor = event.actor_id === null ? wordOf("actor", event.actor_kind, say) : (event.actor_name ?? `${wordOf("actor", event.actor_kind, say)} ${say("count", { count: event.actor_id })}`);
  const about = aboutOf(event, say);
  return (
    <>
      {sentenceOf(event, say).map((part, at) => {
        if (part === "{who}") return event.actor_id === null ? actor : <a key={at} href={`/ops/audit?actor_id=${event.actor_id}`}>{actor}</a>;
        if (part === "{what}") return about.href === null ? about.name : <a key={at} href={about.href}>{about.name}</a>;
        if (part === "{whom}") return <a key={at} href={`/ops/transporters?open=${String(event.detail["transporter_id"])}`}>{event.transporter_name}</a>;
        return part;
      })}
    </>
  );
}
