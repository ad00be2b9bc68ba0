import { useRef } from "preact/hooks";
import { Link } from "../shared/link.tsx";
import { Loaded, type Loading, useLoading } from "../shared/loading.tsx";
import { grouped } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { duration } from "../shared/times.ts";
import { languageOf } from "../shared/words.ts";
import { Charts } from "./charts/late.tsx";
import { type Given, moment } from "./given.ts";
import { WAITING, type WaitingLists, isTold, queuesOf, waitingIn, waitsOf } from "./waiting.ts";
import { type Summary, between, bytes, perSecond, within } from "./rates.ts";
import { type Say, wordOf } from "./speech.ts";

const RENEWED_MS = 5_000;
const LISTS_RENEWED_MS = 30_000;
const DAY_MS = 24 * 60 * 60_000;

type Figure = readonly [name: string, value: string];

/** How the server does: what waits for a person first, then rates, waits and queues. */
export function Overview(given: Given) {
  const { client, language, say } = given;
  const before = useRef<Summary | null>(null);
  const last = useRef<Summary | null>(null);
  const summary = useLoading(
    async () => {
      const now = await client.call<Summary>("/api/v1/operations/summary/");
      before.current = last.current;
      last.current = now;
      return now;
    },
    [],
    RENEWED_MS,
  );
  const lists = useLoading(() => waitingIn(client), [], LISTS_RENEWED_MS);
  return (
    <>
      <h1>{say("ops.title")}</h1>
      <Loaded of={summary} language={language} say={say} lines={6}>
        {(now) => (
          <div class="overview">
            <Waiting now={now} lists={lists} say={say} />
            <p class="quiet small" data-of="now">{say("figures.now", { at: moment(Date.parse(now.at), language) })}</p>
            <Group title={say("group.pings")} of={now.pings.since === null ? "" : say("figures.since", { at: moment(Date.parse(now.pings.since), language) })} figures={pings(before.current, now, say)} />
            <Group title={say("group.people")} figures={people(now, say)} />
            <Group title={say("group.trade")} of={say("figures.day", { at: moment(Date.parse(now.at) - DAY_MS, language) })} figures={trade(now, say)} />
            {now.rolling !== null && now.rolling.places > 0 && <Group title={say("group.rolling")} figures={rolling(now.rolling, say)} />}
            <Group title={say("group.server")} figures={server(now, say)} />
            <Queues oldest_s={now.jobs_waiting_s} say={say} />
          </div>
        )}
      </Loaded>
      <Charts {...given} />
      <section>
        <h2>{say("docs")}</h2>
        <p class="actions">
          <a href="/schema">{say("docs.api")}</a>
          <a href="/health/ready/">{say("docs.health")}</a>
        </p>
      </section>
    </>
  );
}

function Waiting({ now, lists, say }: { now: Summary; lists: Loading<WaitingLists>; say: Say }) {
  const known = waitsOf(now);
  const here = [
    { href: "/ops/dead-letters", count: known.dead ?? 0, words: say("waiting.dead", { count: known.dead ?? 0 }) },
    { href: "/ops/held", count: known.held ?? 0, words: say("waiting.held", { count: known.held ?? 0 }) },
    ...WAITING.map(({ href, words }) => ({ href, count: lists.value?.[href] ?? 0, words: say(words, { count: lists.value?.[href] ?? 0 }) })),
  ].filter((one) => one.count > 0);
  const missing = known.dead === null || known.held === null;
  return (
    <section class="card" aria-label={say("waiting")}>
      {here.length > 0 && <ul class="waiting">{here.map((one) => <li key={one.href}><Link href={one.href}>{one.words}</Link></li>)}</ul>}
      {here.length === 0 && !missing && lists.value !== null && <p>{say("waiting.none")}</p>}
      {here.length === 0 && !missing && lists.value === null && lists.problem === null && <p>{say("loading")}</p>}
      {lists.problem !== null && <p class="problem">{problemOf(lists.problem, say)}</p>}
      {missing && <p class="problem">{say("waiting.unknown")}</p>}
    </section>
  );
}

/** How long the oldest waits in each queue of the server; those in which nothing does are one line. */
function Queues({ oldest_s, say }: { oldest_s: Summary["jobs_waiting_s"]; say: Say }) {
  const { waits, empty } = queuesOf(oldest_s);
  if (waits.length === 0 && empty.length === 0) return null;
  return (
    <section data-of="queues">
      <h2>{say("group.jobs")}</h2>
      {waits.length > 0 && <Figures of={waits.map(([name, seconds]) => [wordOf("kind", name, say), duration(seconds, say)])} />}
      {empty.length > 0 && (
        <details>
          <summary>{say(waits.length > 0 ? "jobs.others" : "jobs.none", { count: empty.length })}</summary>
          <p class="quiet small">{empty.map((name) => wordOf("kind", name, say)).join(" · ")}</p>
        </details>
      )}
    </section>
  );
}

/** `of`: from when on those of them count that say so. */
function Group({ title, of = "", figures }: { title: string; of?: string; figures: readonly Figure[] }) {
  if (figures.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      {of !== "" && <p class="quiet small">{of}</p>}
      <Figures of={figures} />
    </section>
  );
}

function Figures({ of }: { of: readonly Figure[] }) {
  return (
    <dl class="figures">
      {of.map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

function count(value: number, say: Say): string {
  return say("count", { count: grouped(value, 0) });
}

/** A count, or a dash where the part that it was asked of did not answer. */
function known(of: Readonly<Record<string, number>>, value: number, say: Say): string {
  return isTold(of) ? count(value, say) : "–";
}

function pings(before: Summary | null, now: Summary, say: Say): Figure[] {
  const seconds = before === null ? 0 : (Date.parse(now.at) - Date.parse(before.at)) / 1000;
  const rate = before === null ? null : perSecond(before.pings.stored, now.pings.stored, seconds);
  const lately = between(before?.ping_acks ?? [], now.ping_acks);
  const bound = (share: number): string => {
    const seconds_ = within(lately, share);
    return seconds_ === null ? "–" : say("figure.within", { count: grouped(seconds_ * 1000, 0) });
  };
  const time = before === null ? say("figure.since_start") : say("figure.last", { age: duration(seconds, say) }); // two answers make a stretch
  const refused = Object.values(now.pings.rejected).reduce((sum, one) => sum + one, 0);
  return [
    [say("figure.pings_per_s", { time }), rate === null ? say("figure.measuring") : say("count", { count: rate.toFixed(1) })],
    [say("figure.ack_half", { time }), bound(0.5)],
    [say("figure.ack_most", { time }), bound(0.99)],
    [say("figure.stored"), count(now.pings.stored, say)],
    [say("figure.refused"), count(refused, say)],
    [say("figure.failed"), count(now.pings.failed, say)],
    [say("figure.backlog"), now.log === null ? "–" : count(now.log.backlog, say)],
    [say("figure.history"), now.log === null ? "–" : say(now.log.history_active ? "history.active" : "history.silent")],
  ];
}

function people(now: Summary, say: Say): Figure[] {
  const sum = (name: "phones" | "watchers" | "connections"): string => count(now.processes.reduce((all, one) => all + one[name], 0), say);
  return [
    [say("figure.online"), known(now.transporters, now.transporters["online"] ?? 0, say)],
    [say("figure.stale"), known(now.transporters, now.transporters["stale"] ?? 0, say)],
    [say("figure.phones"), sum("phones")],
    [say("figure.watchers"), sum("watchers")],
    [say("figure.connections"), sum("connections")],
  ];
}

function trade(now: Summary, say: Say): Figure[] {
  return [
    ...Object.entries(now.deliveries).map(([status, many]): Figure => [say("figure.deliveries", { status: wordOf("delivery", status, say) }), count(many, say)]),
    ...Object.entries(now.payments_open).map(([status, many]): Figure => [say("figure.payments_open", { status: wordOf("payment_state", status, say) }), count(many, say)]),
    ...Object.entries(now.payments_last_day).map(([status, many]): Figure => [say("figure.payments_day", { status: wordOf("payment_state", status, say) }), count(many, say)]),
    [say("figure.messages"), known(now.deliveries, now.messages.count, say)],
    [say("figure.messages_oldest"), isTold(now.deliveries) ? duration(now.messages.oldest_s, say) : "–"],
    [say("figure.refunds"), known(now.deliveries, now.refunds.count, say)],
  ];
}

function rolling(now: NonNullable<Summary["rolling"]>, say: Say): Figure[] {
  return [
    [say("figure.rolling_places"), count(now.places, say)],
    [say("figure.rolling_failing"), count(now.failing, say)],
    [say("figure.rolling_waiting"), count(now.waiting, say)],
    [say("figure.rolling_held"), count(now.held, say)],
    [say("figure.rolling_given"), count(now.given + now.offered, say)],
    [say("figure.rolling_moved"), count(now.moved_accepted, say)],
  ];
}

function server(now: Summary, say: Say): Figure[] {
  return [
    [say("figure.disk"), now.disk === null ? "–" : say("figure.disk.of", { free: bytes(now.disk.free, languageOf(say)), total: bytes(now.disk.total, languageOf(say)) })],
    ...now.processes.flatMap((one): Figure[] => [
      [say("figure.pause", { process: wordOf("process", one.name, say) }), say("milliseconds", { count: grouped(one.longest_pause_s * 1000, 0) })],
      [say("figure.pool", { process: wordOf("process", one.name, say) }), say("figure.of", { count: one.database_in_use, total: one.database_pool_size })],
    ]),
  ];
}
