// How a place is dispatched by itself: its last tick, what it let wait and why, and how much it moved.
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { Link } from "../../shared/link.tsx";
import { Mark } from "../../shared/mark.tsx";
import { reasonWords } from "../../shared/reason_words.ts";
import { clock, duration } from "../../shared/times.ts";
import type { Board } from "../board.ts";
import type { RoomGiven } from "../rooms.tsx";

export type Rolling = components["schemas"]["RollingAnswer"];
export type RollingSummary = components["schemas"]["RollingSummary"];
type Churn = components["schemas"]["ChurnAnswer"];

const RENEWED_MS = 5_000;
const SHOWN = 10;

/** All places that are dispatched by themselves, for a line each in the list. */
export function useRolling(client: Client): ReadonlyMap<number | null, RollingSummary> {
  const { value } = useLoading(() => client.call<RollingSummary[]>("/api/zones/rolling/"), [], RENEWED_MS);
  return new Map((value ?? []).map((one) => [one.zone_id, one]));
}

/** The last tick in a sentence. */
export function tickWords({ last_tick, tick_s, is_on, error }: RollingSummary, now: number, { say }: Pick<RoomGiven, "say">): string {
  if (!is_on) return say("rolling.off");
  if (error !== "") return say("rolling.failed", { every: tick_s });
  if (last_tick === null) return say("rolling.not_yet", { every: tick_s });
  const age = duration(Math.max(0, now - Date.parse(last_tick.at)) / 1000, say);
  return say("rolling.tick", { every: tick_s, age, given: last_tick.given + last_tick.offered, held: last_tick.held, left: last_tick.left_out });
}

interface Given {
  given: RoomGiven;
  /** Null: what lies in no zone. */
  zone: number | null;
  board: Board;
  now: number;
}

export function RollingPanel({ given, zone, board, now }: Given) {
  const { client, say, language } = given;
  const loading = useLoading(() => client.call<Rolling>(`/api/zones/${zone ?? "outside"}/rolling/`), [zone], RENEWED_MS);
  return (
    <section class="rolling card" aria-labelledby="rolling">
      <h3 id="rolling">{say("rolling")}</h3>
      <Loaded of={loading} language={language} say={say} lines={3}>
        {(place) => (
          <>
            <p>{tickWords(place, now, given)}</p>
            {place.error !== "" && <p><Mark as="late">{place.error}</Mark></p>}
            {place.last_tick !== null && <Tick tick={place.last_tick} given={given} now={now} />}
            <Waits title={say("rolling.held", { count: place.last_tick?.held ?? place.held.length })} given={given} rows={place.held.map((one) => ({ id: one.delivery_id, name: one.tracking_number, words: say("rolling.held.until", { why: say(`rolling.why.${one.reason}`), at: clock(Date.parse(one.until), now, language) }) }))} />
            <Waits title={say("rolling.left_out", { count: place.last_tick?.left_out ?? place.left_out.length })} given={given} rows={place.left_out.map((one) => ({ id: one.delivery_id, name: board.deliveries.get(one.delivery_id)?.tracking_number ?? `#${one.delivery_id}`, words: reasonWords(one.reason, language) }))} />
            <p class="small quiet number">{say("rolling.last_hour")}: {churnWords(place.last_hour, given)}</p>
            <p class="small quiet number">{say("rolling.last_day")}: {churnWords(place.last_day, given)}</p>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Tick({ tick, given: { say, language }, now }: { tick: NonNullable<Rolling["last_tick"]>; given: RoomGiven; now: number }) {
  const facts = [
    say("rolling.at", { at: clock(Date.parse(tick.at), now, language), seconds: tick.duration_s.toFixed(1) }),
    say("rolling.waited", { count: tick.waiting }),
    say("rolling.given", { count: tick.given }),
    tick.offered > 0 ? say("rolling.offered", { count: tick.offered }) : null,
    tick.moved > 0 ? say("rolling.moved", { count: tick.moved }) : null,
    tick.certified === null ? null : tick.certified ? say("rolling.best") : say("rolling.gap", { share: ((tick.gap ?? 0) * 100).toFixed(2) }),
  ];
  return <p class="small quiet number">{facts.filter((fact) => fact !== null).join(" · ")}</p>;
}

function churnWords(churn: Churn, { say }: RoomGiven): string {
  const moved = churn.per_hundred === null ? say("rolling.churn.none") : say("rolling.churn.share", { share: churn.per_hundred.toFixed(1) });
  return say("rolling.churn", { ticks: churn.ticks, given: churn.given + churn.offered, free: churn.moved_free, accepted: churn.moved_accepted, moved });
}

/** Parcels that wait, each with why; a touch leads to it on the board. */
function Waits({ title, rows, given: { say } }: { title: string; rows: readonly { id: number; name: string; words: string }[]; given: RoomGiven }) {
  if (rows.length === 0) return null;
  return (
    <details open={rows.length <= SHOWN}>
      <summary>{title}</summary>
      <ul>
        {rows.slice(0, SHOWN).map((one) => (
          <li key={one.id} class="aside"><Link href={`/console?delivery=${one.id}`}>{one.name}</Link><span class="small quiet">{one.words}</span></li>
        ))}
      </ul>
      {rows.length > SHOWN && <p class="small quiet">{say("rolling.more", { count: rows.length - SHOWN })}</p>}
    </details>
  );
}
