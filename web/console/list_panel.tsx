import { AlertTriangle, Clock, MapPinOff, UserX } from "lucide";
import type { IconNode } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { clock, duration } from "../shared/times.ts";
import { shortPlace, useDesk } from "./desk.ts";
import { type Exception, type ExceptionKind, measureOf, shownAtFirst } from "./exceptions.ts";
import { type Delivery, onHold } from "./frames.ts";
import { couriersFound } from "./queue.ts";
import { ChosenBar } from "./chosen_bar.tsx";
import { EndedList, ObjectionList } from "./late_parts.tsx";
import { queryOf } from "./address.ts";
import { Queue } from "./queue_list.tsx";
import { readBy } from "./read_by.ts";
import { triedWords, waitWords } from "./row_words.ts";

const SIGNS: Readonly<Record<ExceptionKind, IconNode>> = { no_next_try: AlertTriangle, next_try: Clock, late: AlertTriangle, silent: MapPinOff, nobody_took: UserX, nobody: UserX, at_stop: Clock, far: MapPinOff };
const STEP = 20;
const COURIERS = 6;

/** What needs somebody, then everything by what presses most. While somebody reads it, its rows stand still. */
export function ListPanel() {
  const { reading, view } = useDesk();
  return (
    <div
      class="scroll"
      id="list"
      {...readBy(reading)}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()} // rows are chosen, no text
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
  const { say, exceptions, putOff, snooze, board, view, reordered } = useDesk();
  const [more, setMore] = useState(0);
  const filtered = view.filter !== "all" || view.search !== "";
  useEffect(() => setMore(0), [view.filter, filtered]);
  const most = shownAtFirst(useWindowHeight(), filtered) + more;
  const hidden = exceptions.length - most;
  const foot = useRef<HTMLParagraphElement>(null);
  const show = (rows: number): void => {
    setMore(rows);
    requestAnimationFrame(() => foot.current?.querySelector("button")?.focus()); // the one that was pressed may be gone
  };
  return (
    <section aria-labelledby="exceptions">
      <Heading id="exceptions" words={say("exceptions")} count={exceptions.length} reordered={reordered.needs} />
      {exceptions.length === 0 && board.known && <p class="quiet small pad">{say("exceptions.none")}</p>}
      <ul>
        {exceptions.slice(0, most).map((one) => <ExceptionRow key={one.key} one={one} />)}
      </ul>
      {(hidden > 0 || more > 0) && (
        <p ref={foot} class="more pad small">
          {hidden > 0 && <button type="button" class="link" onClick={() => show(more + STEP)}>{say("exceptions.more", { count: hidden })}</button>}
          {more > 0 && <button type="button" class="link" onClick={() => show(0)}>{say("exceptions.fewer")}</button>}
        </p>
      )}
      {putOff > 0 && (
        <button type="button" class="link small pad" onClick={() => snooze(null)}>{say("exception.hidden", { count: putOff })}</button>
      )}
    </section>
  );
}

function useWindowHeight(): number {
  const [height, setHeight] = useState(innerHeight);
  useEffect(() => {
    const look = (): void => setHeight(innerHeight);
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, []);
  return height;
}

function ExceptionRow({ one }: { one: Exception }) {
  const { say, board, snooze, view, now, language } = useDesk();
  const { delivery } = one;
  const pointed = usePointed(delivery.id);
  const waits = delivery.status === "available" && one.kind !== "nobody" && one.kind !== "far" && !onHold(delivery, now);
  const who = waits ? waitWords(delivery, now, say, language) : ((one.kind === "far" ? one.by : null) ?? board.nameOf(delivery.transporter_id));
  const at = clock(delivery.next_try?.starts_at ?? now, now, language);
  const why = triedWords(delivery, say);
  const words = say(sentenceOf(one, now), { age: duration(Math.max(0, one.for_ms) / 1000, say), count: one.parcels, at });
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

function sentenceOf(one: Exception, now: number) {
  if (one.kind === "late") return `exception.${measureOf(one.delivery, now)}` as const;
  return one.kind === "far" ? (`exception.${one.doubt}` as const) : (`exception.${one.kind}` as const);
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

/** For a row whose way the map shows while it is pointed at. What rows do beneath a pointer that rests is not pointing. */
export function usePointed(delivery: number) {
  const { pointing } = useDesk();
  useEffect(() => () => pointing.gone(delivery), [delivery]);
  return { onMouseMove: () => pointing.at(delivery), onMouseLeave: () => pointing.gone(delivery) };
}

export function routeOf(delivery: Pick<Delivery, "pickup_address" | "delivery_address">): string {
  return `${shortPlace(delivery.pickup_address)} → ${shortPlace(delivery.delivery_address)}`;
}

/** From where to where in one line, of which the place it comes from gives way first. */
export function Route({ delivery, class: looks }: { delivery: Pick<Delivery, "pickup_address" | "delivery_address">; class: string }) {
  return <span class={`route ${looks}`}><span>{shortPlace(delivery.pickup_address)}</span><span class="to">{"→"}</span><span>{shortPlace(delivery.delivery_address)}</span></span>;
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
