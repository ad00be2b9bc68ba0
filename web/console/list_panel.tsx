import { AlertTriangle, Clock, MapPinOff, UserX } from "lucide";
import type { IconNode } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import type { Language } from "../shared/numbers.ts";
import { clock, date, duration } from "../shared/times.ts";
import { shortPlace, useDesk } from "./desk.ts";
import { type Exception, type ExceptionKind, measureOf, waitsSince } from "./exceptions.ts";
import { type Delivery, aboard, onHold } from "./frames.ts";
import { type Listed, couriersFound, grouped } from "./queue.ts";
import { ChosenBar } from "./chosen_bar.tsx";
import { EndedList, ObjectionList } from "./late_parts.tsx";
import { queryOf } from "./address.ts";
import { isKey } from "../shared/words.ts";
import { triedOf } from "./tries.ts";
import type { ConsoleSay } from "./words.ts";

const SIGNS: Readonly<Record<ExceptionKind, IconNode>> = { no_next_try: AlertTriangle, next_try: Clock, late: AlertTriangle, silent: MapPinOff, nobody_took: UserX, nobody: UserX, at_stop: Clock };
const WEEK_MS = 6 * 86_400_000;
const ROWS = 100;
const COURIERS = 6;

/** What needs somebody, then everything by what presses most. While somebody reads it, its rows stand still. */
export function ListPanel() {
  const { reading, view } = useDesk();
  return (
    <div
      class="scroll"
      id="list"
      onPointerMove={(event) => reading.touch(event.pointerType === "mouse" ? "pointer" : undefined)}
      onPointerLeave={() => reading.leave("pointer")}
      onPointerDown={() => reading.touch()}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()} // rows are chosen, no text
      onWheel={() => reading.touch()}
      onTouchMove={() => reading.touch()}
      onFocusIn={() => reading.touch("focus")}
      onKeyDown={() => reading.touch("focus")}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) reading.leave("focus");
      }}
    >
      <ObjectionList />
      <Exceptions />
      <Couriers />
      <Queue />
      {view.search !== "" && <EndedList />}
      <ChosenBar />
    </div>
  );
}

/** A list's name and how much is in it. Where its rows would stand otherwise by now that is said quietly, beside the name: nothing moves before somebody wants it to or reads elsewhere. */
export function Heading({ id, words, count = 0, reordered = false }: { id: string; words: string; count?: number; reordered?: boolean }) {
  const { say, digits, reading, again } = useDesk();
  return (
    <div class="heading">
      <h2 id={id}>{words} <span class="number">{count > 0 && digits(count)}</span></h2>
      {reordered && <button type="button" class="link small" onClick={() => (reading.done(), again())}>{say("list.changed")}</button>}
    </div>
  );
}

function Exceptions() {
  const { say, exceptions, putOff, snooze, board, reordered } = useDesk();
  return (
    <section aria-labelledby="exceptions">
      <Heading id="exceptions" words={say("exceptions")} count={exceptions.length} reordered={reordered.needs} />
      {exceptions.length === 0 && board.known && <p class="quiet small pad">{say("exceptions.none")}</p>}
      <ul>
        {exceptions.slice(0, ROWS).map((one) => <ExceptionRow key={one.key} one={one} />)}
      </ul>
      {putOff > 0 && (
        <button type="button" class="link small pad" onClick={() => snooze(null)}>{say("exception.hidden", { count: putOff })}</button>
      )}
    </section>
  );
}

function ExceptionRow({ one }: { one: Exception }) {
  const { say, board, snooze, view, now, language } = useDesk();
  const { delivery } = one;
  const pointed = usePointed(delivery.id);
  const who = board.nameOf(delivery.transporter_id);
  const at = clock(delivery.next_try?.starts_at ?? now, now, language);
  const why = triedWords(delivery, say);
  const words = say(one.kind === "late" ? `exception.${measureOf(delivery, now)}` : `exception.${one.kind}`, { age: duration(Math.max(0, one.for_ms) / 1000, say), count: one.parcels, at });
  return (
    <li class={`row exception ${one.kind}`} {...pointed}>
      <OpenLink delivery={delivery.id} current={view.delivery === delivery.id} title={[words, who, why, routeOf(delivery)].filter(Boolean).join(" · ")}>
        <span class="sign"><Icon of={SIGNS[one.kind]} /></span>
        <span class="what">
          <strong>{words}</strong>
          <Route delivery={delivery} class="quiet" />
          {(who !== null || why !== null) && <span class="quiet">{[who, why].filter(Boolean).join(" · ")}</span>}
        </span>
      </OpenLink>
      <button type="button" class="later" title={say("exception.snooze")} aria-label={`${say("exception.snooze")}: ${words}`} onClick={() => snooze(one.key)}>
        <Icon of={Clock} />
        <span class="small">{say("exception.later")}</span>
      </button>
    </li>
  );
}

function Couriers() {
  const { say, board, view, go } = useDesk();
  const found = couriersFound(board.profiles.values(), view.search, COURIERS);
  if (found.length === 0) return null;
  return (
    <section aria-labelledby="couriers">
      <Heading id="couriers" words={say("queue.couriers")} />
      <ul>
        {found.map((one) => (
          <li key={one.id} class="row">
            <a
              href={queryOf({ ...view, courier: one.id, delivery: null, plan: null }, location.search)}
              onClick={(event) => {
                event.preventDefault();
                go({ courier: one.id, delivery: null, plan: null, shown: "detail" });
              }}
            >
              <span class="what"><strong>{one.name}</strong><span class="quiet">{one.vehicle_number}</span></span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Queue() {
  const { say, listed, board, view, now, reordered } = useDesk();
  const [asked, setRows] = useState(ROWS);
  // What is looked at is there: a key that steps beyond the end of what was drawn finds its row.
  const rows = Math.max(asked, listed.findIndex((one) => one.delivery.id === view.delivery) + 1);
  const hidden = listed.length - rows;
  const { waiting, under_way, on_hold } = grouped(listed.slice(0, rows), now);
  const empty = view.search !== "" ? "queue.no_match" : view.filter === "all" ? "queue.none" : (`queue.none.${view.filter}` as const);
  return (
    <section aria-labelledby="queue">
      <Heading id="queue" words={say("queue")} count={listed.length} reordered={reordered.list} />
      {!board.known && <p class="quiet small pad" role="status">{say("loading")}</p>}
      {board.known && listed.length === 0 && <p class="quiet small pad">{say(empty)}</p>}
      <Group caption={say("queue.waiting")} rows={waiting} />
      <Group caption={say("queue.under_way")} rows={under_way} />
      <Group caption={say("queue.on_hold")} rows={on_hold} />
      {hidden > 0 && (
        <button type="button" class="link pad" onClick={() => setRows(rows + ROWS)}>{say("console.show_all", { count: Math.min(hidden, ROWS) })}</button>
      )}
    </section>
  );
}

function Group({ caption, rows }: { caption: string; rows: readonly Listed[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h3 class="quiet small pad order">{caption}</h3>
      <ul>{rows.map((one) => <QueueRow key={one.delivery.id} one={one} />)}</ul>
    </>
  );
}

function QueueRow({ one }: { one: Listed }) {
  const { say, language, now, board, view, ticked, tick, tickTo, actions } = useDesk();
  const stretches = useRef(false); // what a box says when it is turned, it says without the keys
  const { delivery } = one;
  const pointed = usePointed(delivery.id);
  const who = board.nameOf(delivery.transporter_id);
  const pending = actions.pending.get(delivery.id);
  const parts = pending !== undefined ? [say(pending)] : stateOf(one, who, now, say, language);
  if (delivery.priority !== "normal") parts.splice(one.late_ms > 0 && who !== null ? 2 : 1, 0, say(`priority.${delivery.priority}`)); // the end of a line is what a narrow list cuts off
  if (delivery.pinned) parts.push(say("row.pinned"));
  const state = parts.join(" · ");
  return (
    <li class={`row ${delivery.status} ${one.late_ms > 0 ? "late" : ""} ${one.silent ? "silent" : ""}`} {...pointed}>
      <label class="tick">
        <input type="checkbox" checked={ticked.has(delivery.id)} onClick={(event) => (stretches.current = event.shiftKey)} onChange={() => (stretches.current ? tickTo : tick)(delivery.id)} aria-label={say("queue.tick", { number: delivery.tracking_number })} />
      </label>
      <OpenLink delivery={delivery.id} current={view.delivery === delivery.id} title={`${routeOf(delivery)} · ${state}`} onTick={(to) => (to ? tickTo : tick)(delivery.id)}>
        <span class={`state ${signOf(one)}`} aria-hidden="true" />
        <span class="what">
          <Route delivery={delivery} class="strong" />
          <span class="second"><span class="quiet">{state}</span><span class="when number">{timeOf(delivery, now, say, language)}</span></span>
        </span>
      </OpenLink>
    </li>
  );
}

/** For a row whose way the map shows while it is pointed at. What rows do beneath a pointer that rests is not pointing. */
function usePointed(delivery: number) {
  const { pointing } = useDesk();
  useEffect(() => () => pointing.gone(delivery), [delivery]);
  return { onMouseMove: () => pointing.at(delivery), onMouseLeave: () => pointing.gone(delivery) };
}

function routeOf(delivery: Delivery): string {
  return `${shortPlace(delivery.pickup_address)} → ${shortPlace(delivery.delivery_address)}`;
}

/** From where to where in one line, of which the place it comes from gives way first. */
export function Route({ delivery, class: looks }: { delivery: Pick<Delivery, "pickup_address" | "delivery_address">; class: string }) {
  return <span class={`route ${looks}`}><span>{shortPlace(delivery.pickup_address)}</span><span class="to">{"→"}</span><span>{shortPlace(delivery.delivery_address)}</span></span>;
}

/** When it is tried again, else what was asked for, else what is expected, else how long it has waited. */
function timeOf(delivery: Delivery, now: number, say: ConsoleSay, language: Language): string {
  const tried = triedOf(delivery, now);
  if (tried !== null) return say(tried === "next_try" ? "row.again" : "row.again.open", { at: clock(delivery.next_try?.starts_at ?? now, now, language) });
  const at = delivery.due_at ?? delivery.expected_at;
  const told = at === null ? "" : Math.abs(at - now) < WEEK_MS ? clock(at, now, language) : date(at, language);
  if (delivery.due_at !== null) return say("row.due", { at: told });
  if (at !== null) return say("row.about", { at: told });
  if (onHold(delivery, now)) return "";
  const since = waitsSince(delivery);
  return since > now ? clock(since, now, language) : say("row.waits.list", { age: duration((now - since) / 1000, say) });
}

/** The state as a shape, beside the words. */
function signOf({ delivery, late_ms, silent }: Listed): string {
  if (late_ms > 0) return "late";
  if (silent) return "silent";
  if (delivery.status === "available") return "wait";
  return aboard(delivery) ? "way" : "given";
}

function stateOf({ delivery, late_ms, silent }: Listed, who: string | null, now: number, say: ConsoleSay, language: Language): string[] {
  const parts: string[] = [];
  if (who !== null) parts.push(who); // in front, so that no width cuts it off
  if (late_ms > 0) parts.push(say(`row.${measureOf(delivery, now)}`, { age: duration(late_ms / 1000, say) }));
  const held = holdWords(delivery, now, say, language);
  if (held !== null) parts.push(held);
  else if (delivery.status === "available") {
    const since = waitsSince(delivery);
    if (since > now) parts.push(say("row.later", { at: clock(since, now, language) }));
    // Where nothing was asked for, the age stands in front already.
    else parts.push(delivery.due_at === null ? say(`status.${delivery.status}`) : say("row.ordered", { at: clock(delivery.created_at, now, language) }));
  } else {
    parts.push(triedWords(delivery, say) ?? say(`status.${delivery.status}`));
    if (silent) parts.push(say("row.silent"));
    else if (delivery.expected_at !== null && delivery.due_at !== null && triedOf(delivery, now) === null) parts.push(say("row.expected", { at: clock(delivery.expected_at, now, language) }));
  }
  return parts;
}

/** That a person lets it wait, and until when; null where nobody does. */
export function holdWords(delivery: Delivery, now: number, say: ConsoleSay, language: Language): string | null {
  if (!onHold(delivery, now)) return null;
  const until = delivery.on_hold?.until ?? null;
  return until === null ? say("row.on_hold.open") : say("row.on_hold", { at: clock(until, now, language) });
}

/** Why it could not be handed over last; null where it was not tried. */
export function triedWords({ attempt }: Delivery, say: ConsoleSay): string | null {
  if (attempt === null) return null;
  const key = `tried.${attempt.reason}`;
  return isKey(key) ? say(key) : attempt.reason;
}

interface OpenGiven {
  delivery: number;
  current: boolean;
  class?: string;
  title?: string;
  /** In a list of which several can be chosen: what a click with the control key does, and `to` one with the shift key. */
  onTick?: (to: boolean) => void;
  children: preact.ComponentChildren;
}

/** A delivery's own address, so that it can be opened beside and shared. */
export function OpenLink(given: OpenGiven) {
  const { view, go } = useDesk();
  return (
    <a
      class={given.class}
      title={given.title}
      data-delivery={given.delivery}
      href={queryOf({ ...view, delivery: given.delivery, courier: null, plan: null }, location.search)}
      aria-current={given.current ? "true" : undefined}
      onClick={(event) => {
        const held = event.ctrlKey || event.metaKey || event.shiftKey;
        if (held && given.onTick === undefined) return;
        event.preventDefault();
        if (held) return given.onTick?.(event.shiftKey);
        go({ delivery: given.delivery, courier: null, plan: null, shown: "detail" });
      }}
    >
      {given.children}
    </a>
  );
}
