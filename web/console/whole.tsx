import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import { Frame } from "../shared/frame.tsx";
import { useLate } from "../shared/late.tsx";
import { type Language, devanagari } from "../shared/numbers.ts";
import type { SignedIn } from "../shared/sign_in.tsx";
import { Actions, type Gift } from "./actions.ts";
import { type Panel, type View, queryOf, viewOf } from "./address.ts";
import { Alarm, soundOf } from "./alarm.ts";
import { type AssignmentPlan, Calls } from "./calls.ts";
import { BulkDialog, CancelDialog, CommandDialog, LinePanel, MapPanel, PriorityDialog, ReassignDialog, RelieveDialog, RunDialog, TakeBackDialog } from "./late_parts.tsx";
import { type Desk, DeskContext, type DialogName, planShows, useDesk } from "./desk.ts";
import { DetailPanel } from "./detail_panel.tsx";
import { type Exception, exceptionsOf, lateness, worstFirst } from "./exceptions.ts";
import { useFarHandovers } from "./far_handovers.ts";
import { lateOnMap, placesOf } from "./found_on_map.ts";
import { aboard } from "./frames.ts";
import { KeptOrder } from "./list_order.ts";
import { ListPanel } from "./list_panel.tsx";
import { Live } from "./live.ts";
import type { MapHandle } from "./map_panel.tsx";
import { Planning } from "./planning.ts";
import { Pointing } from "./pointing.ts";
import type { Early } from "./pressing.ts";
import { NoticeBar } from "./notice_bar.tsx";
import { type Listed, asShown, counts, isWanted, matches, ordered, passes } from "./queue.ts";
import { RoomTabs } from "./room_tabs.tsx";
import { NOTHING, type Selection, joined, stretched, turned } from "./selection.ts";
import { Snoozed } from "./snoozed.ts";
import { Reading, Steady } from "./steady.ts";
import { LiveChip, Toolbar } from "./toolbar.tsx";
import type { ConsoleSay } from "./words.ts";

interface Given {
  client: Client;
  signedIn: SignedIn;
  language: Language;
  say: ConsoleSay;
}

/** The dispatcher's place of work. */
export function Console({ client, signedIn, language, say }: Given) {
  const [, redraw] = useState(0);
  const kept = useMemo(() => new KeptOrder(() => localStorage), []);
  const [view, setView] = useState<View>(() => viewOf(location.search, kept.order));
  const [selection, select] = useState<Selection>(NOTHING);
  const { ticked } = selection;
  const [boxing, setBoxing] = useState(false);
  const [way, showWay] = useState<Desk["way"]>(null);
  const [why, setWhy] = useState(false);
  useEffect(() => setWhy(false), [view.delivery]); // reasons are one parcel's
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const best = useRef<Desk["best"]["current"]>(null);
  const handle = useRef<MapHandle>({ map: null, onFrame: () => undefined });
  const go = useRef<Desk["go"]>(() => undefined);
  const parts = useMemo(() => partsOf(client, () => redraw((turn) => turn + 1), handle, go), []);
  const { live, actions, calls, planning, snoozed, sound, steady, reading } = parts;
  const { board } = live;
  useEffect(() => {
    live.start();
    const back = (): void => {
      const next = viewOf(location.search, kept.order);
      if (next.plan === null) planning.close();
      setView(next);
    };
    addEventListener("popstate", back);
    return () => {
      live.stop();
      removeEventListener("popstate", back);
    };
  }, []);

  useEffect(() => {
    if (live.state === "open") void planning.reconnected();
  }, [live.state]);

  const now = live.now();
  const digits = (value: number | string): string => (language === "ne" ? devanagari(String(value)) : String(value));
  actions.forget();
  const all = listedOf(board, now);
  const shown = all.filter((one) => passes(one, view.filter, now) && matches(one.delivery, profileOf(board, one), view.search));
  const far = useFarHandovers(client, board.known, view.delivery, now);
  const needing = worstFirst([...exceptionsOf(board.deliveries.values(), board.couriers, now, actions.unfound, live.searches), ...far.found]);
  const found = steady.needs.rows(needing, reading.on);
  const exceptions = found.filter((one) => !snoozed.has(one.key, now));
  const chosen = [...ticked].flatMap((id) => board.deliveries.get(id) ?? []);
  const toPlan = (chosen.length > 0 ? chosen : shown.map((one) => one.delivery)).filter((one) => isWanted(one, now)).map((one) => one.id);

  const desk: Desk = {
    language, say, digits, now, connected: live.state === "open", board, runs: live.runs, searches: live.searches, calls, actions, planning, view, exceptions, ticked, chosen, boxing, setBoxing, way, showWay, sound: sound.state, reading, why, setWhy, best,
    putOff: found.length - exceptions.length,
    counts: counts(all, now),
    listed: asShown(steady.list.rows(ordered(shown, now, view.order), reading.on, `${view.filter} ${view.order} ${view.search}`), now),
    reordered: { list: steady.list.changed, needs: steady.needs.changed },
    late: lateOnMap(all),
    again: parts.again,
    pointing: parts.pointing,
    planRows: plannedRows(planning, board, view.search),
    open: setDialog,
    plan: () => {
      setView({ ...view, shown: "detail" });
      void planning.begin(toPlan);
    },
    go(to) {
      const next = { ...view, ...to };
      if (to.plan === null) planning.close();
      if (to.order !== undefined) kept.keep(to.order);
      const begun = (next.run !== null && next.run !== view.run) || (next.plan !== null && next.plan !== view.plan);
      const elsewhere = next.delivery !== view.delivery || next.courier !== view.courier || begun;
      history[elsewhere ? "pushState" : "replaceState"](null, "", queryOf(next, location.search) || location.pathname);
      setView(next);
    },
    turnSound() {
      sound.turn();
      parts.again();
    },
    snooze(key) {
      if (key === null) snoozed.clear();
      else snoozed.put(key, now);
      parts.again();
    },
    tick: (delivery) => select(turned(selection, delivery)),
    tickTo: (delivery) => select((before) => stretched(before, desk.listed.map((one) => one.delivery.id), delivery, view.delivery)),
    tickMany(deliveries) {
      if (deliveries.length > 0) select(joined(selection, deliveries));
      actions.tell(deliveries.length > 0 ? "bulk.boxed" : "bulk.boxed.none", { count: deliveries.length });
    },
    untick() {
      select(NOTHING);
      actions.tell("bulk.unticked", { count: chosen.length }, async () => select((since) => joined({ ...NOTHING, ticked }, since.ticked)));
    },
    tickAll: (all) => select(all ? joined(NOTHING, desk.listed.map((one) => one.delivery.id)) : NOTHING),
    follow() {
      const courier = view.courier ?? board.deliveries.get(view.delivery ?? 0)?.transporter_id ?? null;
      if (courier !== null) handle.current.map?.camera.follow(courier);
    },
    fit() {
      const looked = view.delivery === null ? undefined : board.deliveries.get(view.delivery);
      const ends = looked === undefined ? [] : placesOf(looked, board.couriers.get(looked.transporter_id ?? 0));
      handle.current.map?.camera.fit(ends.length > 0 ? ends : [...board.couriers.values()]);
    },
  };
  go.current = desk.go;
  useKeys(desk, dialog !== null || view.run !== null);
  useAlarm(parts, exceptions.flatMap((one) => (one.kind !== "far" || far.newly.has(one.key) ? [one.key] : [])));
  useTitle(say("console.title"), exceptions.length, parts.alarm.unseen > 0);
  return (
    <DeskContext.Provider value={desk}>
      <Frame language={language} say={say} signOut={signedIn.signOut} state={<LiveChip live={live} signedIn={signedIn} />}>
        <RoomTabs path="/console" say={say} />
        <Toolbar planned={toPlan.length} />
        <main id="content" class="desk" data-shown={view.shown} data-old={live.old} data-couriers={board.couriers.size} data-folded={[...view.folded].join(" ")} data-plan={planShows(desk)}>
          <h1 class="unseen">{say("console.title")}</h1>
          <Fold panel="list"><ListPanel /></Fold>
          <Fold panel="map"><MapPanel handle={handle.current} /></Fold>
          <Fold panel="detail"><DetailPanel /></Fold>
          <Fold panel="line"><LinePanel /></Fold>
        </main>
        <NoticeBar covered={dialog !== null || view.run !== null} />
        {dialog === "help" && <CommandDialog />}
        {dialog === "reassign" && <ReassignDialog />}
        {dialog === "cancel" && <CancelDialog />}
        {dialog === "priority" && <PriorityDialog />}
        {dialog === "relieve" && <RelieveDialog />}
        {dialog === "bulk" && <BulkDialog deliveries={chosen} />}
        {view.run !== null && <RunDialog key={view.run} id={view.run} />}
        {dialog === "take_back" && <TakeBackDialog />}
      </Frame>
    </DeskContext.Provider>
  );
}

/** What lives as long as the page. */
function partsOf(client: Client, again: () => void, handle: { current: MapHandle }, go: { current: Desk["go"] }) {
  const calls = new Calls(client);
  const live = new Live(client, (change) => handle.current.onFrame(change), again);
  const { board } = live;
  const actions = new Actions(calls, () => performance.now(), again, (delivery, courier, expected_at) => board.answered(delivery, courier, performance.now(), expected_at));
  const planning = new Planning(calls, {
    made: (plan) => go.current({ plan: plan.id, shown: "detail" }),
    committed: (plan) => actions.committed(plan, giftsOf(plan, board)),
    change: again,
  });
  return { calls, live, actions, planning, snoozed: new Snoozed(() => localStorage), alarm: new Alarm(), sound: soundOf(() => localStorage), reading: new Reading(() => performance.now()), steady: steadyRows(), pointing: new Pointing(board, (looked) => handle.current.map?.point(looked)), again };
}

function steadyRows() {
  return { list: new Steady<Listed>((one) => one.delivery.id), needs: new Steady<Exception>((one) => one.key) };
}

/** What a committed plan gave. */
function giftsOf(plan: AssignmentPlan, board: Live["board"]): Gift[] {
  const refused = new Set(plan.progress.refused.map((one) => one.delivery_id));
  return plan.pairs
    .filter((one) => !refused.has(one.delivery_id))
    .map((one) => ({
      delivery: one.delivery_id,
      number: board.deliveries.get(one.delivery_id)?.tracking_number ?? `#${one.delivery_id}`,
      courier: one.transporter_id,
      name: board.nameOf(one.transporter_id) ?? `#${one.transporter_id}`,
    }));
}

function plannedRows(planning: Planning, board: Live["board"], search: string): number[] {
  const pairs = planning.plan?.pairs ?? [];
  if (search === "") return pairs.map((one) => one.delivery_id);
  const found = pairs.filter((one) => {
    const delivery = board.deliveries.get(one.delivery_id);
    return delivery !== undefined && matches(delivery, board.profiles.get(one.transporter_id), search);
  });
  return found.map((one) => one.delivery_id);
}

function Fold({ panel, children }: { panel: Panel; children: ComponentChildren }) {
  const { view, say } = useDesk();
  if (view.folded.has(panel)) return null;
  return <section class={`panel ${panel}`} aria-label={say(panel === "map" ? "map.label" : `panel.${panel}`)}>{children}</section>;
}

function listedOf(board: Live["board"], now: number): Listed[] {
  return [...board.deliveries.values()].map((delivery) => {
    const courier = delivery.transporter_id === null ? undefined : board.couriers.get(delivery.transporter_id);
    return { delivery, late_ms: lateness(delivery, now), silent: aboard(delivery) && courier?.presence !== "online" };
  });
}

function profileOf(board: Live["board"], { delivery }: Listed) {
  return delivery.transporter_id === null ? undefined : board.profiles.get(delivery.transporter_id);
}

/** What is pressed before the keys are there is kept for them. */
function useKeys(desk: Desk, busy: boolean): void {
  const { part } = useLate(() => import("./pressing.ts"), true, desk.connected);
  const newest = useRef({ desk, busy, part });
  newest.current = { desk, busy, part };
  const early = useRef<Early[]>([]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { desk, busy, part } = newest.current;
      if (busy) return; // the dialog has the keys
      if (part === null) early.current.push({ event, target: event.target });
      else part.press(event, event.target, desk);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  // Before the next key is heard.
  useLayoutEffect(() => void part?.pressAll(early.current.splice(0), () => newest.current), [part]);
}

/** The first of a burst of what newly needs somebody is heard. */
function useAlarm({ live, alarm, sound, again }: Pick<ReturnType<typeof partsOf>, "live" | "alarm" | "sound" | "again">, needs: readonly string[]): void {
  useEffect(() => {
    if (live.board.known && alarm.note(needs, performance.now(), !document.hidden)) sound.strike();
  });
  useEffect(() => {
    document.addEventListener("visibilitychange", again); // whoever comes back has seen it
    return () => document.removeEventListener("visibilitychange", again);
  }, []);
}

/** How much needs somebody shows in the browser's tab too, with a mark where some of it came while nobody looked. */
function useTitle(title: string, needs: number, unseen: boolean): void {
  useEffect(() => {
    document.title = needs > 0 ? `${unseen ? "● " : ""}(${needs}) ${title}` : title;
  }, [needs, unseen]);
}
