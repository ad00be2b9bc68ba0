import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Client } from "../shared/client.ts";
import { Frame } from "../shared/frame.tsx";
import { type Language, devanagari } from "../shared/numbers.ts";
import type { SignedIn } from "../shared/sign_in.tsx";
import { Actions } from "./actions.ts";
import { type Panel, type View, queryOf, viewOf } from "./address.ts";
import { Calls } from "./calls.ts";
import { runCommand } from "./commands.ts";
import { type Desk, DeskContext, useDesk } from "./desk.ts";
import { DetailPanel } from "./detail_panel.tsx";
import { HelpDialog, PlanDialog, TakeBackDialog } from "./dialogs.tsx";
import { exceptionsOf, lateness } from "./exceptions.ts";
import { aboard } from "./frames.ts";
import { commandOf } from "./keys.ts";
import { LinePanel } from "./line_panel.tsx";
import { ListPanel } from "./list_panel.tsx";
import { Live } from "./live.ts";
import { type MapHandle, MapPanel } from "./map_panel.tsx";
import { NoticeBar } from "./notice_bar.tsx";
import { type Listed, counts, matches, ordered, passes } from "./queue.ts";
import { RunDialog } from "./run_dialog.tsx";
import { Snoozed } from "./snoozed.ts";
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
  const [view, setView] = useState<View>(() => viewOf(location.search));
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const [why, setWhy] = useState(false);
  const [dialog, setDialog] = useState<"plan" | "help" | "take_back" | null>(null);
  const best = useRef<Desk["best"]["current"]>(null);
  const handle = useRef<MapHandle>({ map: null, onFrame: () => undefined });
  const parts = useMemo(() => {
    const again = (): void => redraw((turn) => turn + 1);
    const calls = new Calls(client);
    const live = new Live(client, (change) => handle.current.onFrame(change), again);
    const answered = (delivery: number, courier: number | null): void => live.board.answered(delivery, courier, performance.now());
    return {
      calls,
      live,
      actions: new Actions(calls, () => performance.now(), again, answered),
      snoozed: new Snoozed(() => localStorage),
      again,
    };
  }, []);
  const { live, actions, calls, snoozed } = parts;
  const { board } = live;
  useEffect(() => {
    live.start();
    const back = (): void => setView(viewOf(location.search));
    addEventListener("popstate", back);
    return () => {
      live.stop();
      removeEventListener("popstate", back);
    };
  }, []);

  const now = live.now();
  const digits = (value: number | string): string => (language === "ne" ? devanagari(String(value)) : String(value));
  actions.forget();
  const all = listedOf(board, now);
  const shown = all.filter((one) => passes(one, view.filter) && matches(one.delivery, profileOf(board, one), view.search));
  const found = exceptionsOf(board.deliveries.values(), board.couriers, now, actions.unfound);
  const exceptions = found.filter((one) => !snoozed.has(one.key, now));
  const waitingChosen = shown.filter(({ delivery }) => delivery.status === "available").map(({ delivery }) => delivery.id);
  const chosen = [...ticked].filter((id) => board.deliveries.get(id)?.status === "available");

  const desk: Desk = {
    language, say, digits, now, connected: live.state === "open", board, runs: live.runs, searches: live.searches, calls, actions, view, exceptions, ticked, why, setWhy, best,
    putOff: found.length - exceptions.length,
    counts: counts(all),
    listed: ordered(shown, now),
    open: setDialog,
    go(to) {
      const next = { ...view, ...to };
      const elsewhere = next.delivery !== view.delivery || next.courier !== view.courier || (next.run !== null && next.run !== view.run);
      history[elsewhere ? "pushState" : "replaceState"](null, "", queryOf(next, location.search) || location.pathname);
      setView(next);
    },
    snooze(key) {
      if (key === null) snoozed.clear();
      else snoozed.put(key, now);
      parts.again();
    },
    tick(delivery) {
      const next = new Set(ticked);
      if (!next.delete(delivery)) next.add(delivery);
      setTicked(next);
    },
    follow() {
      const courier = view.courier ?? board.deliveries.get(view.delivery ?? 0)?.transporter_id ?? null;
      if (courier !== null) handle.current.map?.follow(courier);
    },
    fit() {
      const looked = view.delivery === null ? undefined : board.deliveries.get(view.delivery);
      const ends = looked === undefined ? [] : [looked.pickup, looked.dropoff].filter((one) => one !== null);
      handle.current.map?.fit(ends.length > 0 ? ends : [...board.couriers.values()]);
    },
  };
  useKeys(desk, dialog !== null || view.run !== null);
  useTitle(say("console.title"), exceptions.length);
  return (
    <DeskContext.Provider value={desk}>
      <Frame language={language} say={say} state={<LiveChip live={live} signedIn={signedIn} />}>
        <Toolbar planned={chosen.length > 0 ? chosen.length : waitingChosen.length} />
        <main id="content" class="desk" data-shown={view.shown} data-old={live.old} data-couriers={board.couriers.size} data-folded={[...view.folded].join(" ")}>
          <h1 class="unseen">{say("console.title")}</h1>
          <Fold panel="list"><ListPanel /></Fold>
          <Fold panel="map"><MapPanel handle={handle.current} /></Fold>
          <Fold panel="detail"><DetailPanel /></Fold>
          <Fold panel="line"><LinePanel /></Fold>
        </main>
        <NoticeBar />
        {dialog === "help" && <HelpDialog />}
        {dialog === "plan" && <PlanDialog deliveries={chosen.length > 0 ? chosen : waitingChosen} />}
        {view.run !== null && <RunDialog key={view.run} id={view.run} />}
        {dialog === "take_back" && <TakeBackDialog />}
      </Frame>
    </DeskContext.Provider>
  );
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

function useKeys(desk: Desk, busy: boolean): void {
  const newest = useRef({ desk, busy });
  newest.current = { desk, busy };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (newest.current.busy) return; // the dialog has the keys
      const typing = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
      const command = commandOf({ key: event.key, ctrlKey: event.ctrlKey, metaKey: event.metaKey, altKey: event.altKey, typing });
      if (command !== null && runCommand(command, newest.current.desk)) event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** How much needs somebody shows in the browser's tab too. */
function useTitle(title: string, needs: number): void {
  useEffect(() => {
    document.title = needs > 0 ? `(${needs}) ${title}` : title;
  }, [needs]);
}
