import { SquareDashedMousePointer } from "lucide";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { Missing, useLate, withMaps } from "../shared/late.tsx";
import { useLoading } from "../shared/loading.tsx";
import { doubtOf } from "../shared/motion.ts";
import { duration } from "../shared/times.ts";
import { speaker } from "../shared/words.ts";
import { linesOf } from "../shared/ways/way_lines.ts";
import type { Change } from "./board.ts";
import type { ConsoleMap } from "./console_map.ts";
import type { Looks } from "./density.ts";
import { planLines } from "./plan_lines.ts";
import { useDesk } from "./desk.ts";
import mapWords from "./map/words.json";
import { dims, foundOnMap, placesOf } from "./found_on_map.ts";
import { BoxChoice, MapLegend } from "./late_parts.tsx";

const WAITING_MS = 1_000;
/** Whoever types goes on typing: the map follows once that pauses. */
const FOUND_MS = 400;
const ZONES_MS = 30_000;

const LINES_THAT_FOLLOW = 200;
const FOLLOWED_MS = 3_000;

/** What the rest of the console may ask of the map, while there is one. */
export interface MapHandle {
  map: ConsoleMap | null;
  onFrame: (change: Change) => void;
}

/** What is said on the map alone, which comes with it. */
function useMapWords() {
  const { language } = useDesk();
  return useMemo(() => speaker(language, mapWords), [language]);
}

/** The picture of the list. */
export function MapPanel({ handle }: { handle: MapHandle }) {
  const desk = useDesk();
  const { say, board, view, calls, now } = desk;
  const sayOnMap = useMapWords();
  const newest = useRef(desk); // the map's own clicks come long after the first drawing
  newest.current = desk;
  const container = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"coming" | "there" | "broken">("coming");
  const late = useLate(() => withMaps(() => import("./console_map.ts")), true, desk.connected);
  const [looks, setLooks] = useState<Looks>("markers");
  const drawnAt = useRef(0);
  const fitted = useRef(false);
  const pointed = useRef(false);
  const chosen = useRef("");

  useEffect(() => {
    if (late.part === null || container.current === null) return;
    try {
      const pick = (found: { courier: number } | { delivery: number } | null): void => {
        if (found === null) return;
        const { planning, go } = newest.current;
        pointed.current = "courier" in found;
        const { plan } = planning;
        if (plan !== null) {
          const pair = plan.pairs.find((one) => ("courier" in found ? one.transporter_id === found.courier : one.delivery_id === found.delivery));
          if (pair !== undefined) go({ delivery: pair.delivery_id, courier: null });
          return;
        }
        go("courier" in found ? { courier: found.courier, delivery: null } : { delivery: found.delivery, courier: null });
      };
      const map = new late.part.ConsoleMap(container.current, { onPick: pick, onBox: (found) => newest.current.tickMany(found), onLooks: setLooks, label: desk.digits });
      handle.map = map;
      handle.onFrame = (change) => {
        map.move(change.couriers, change.at);
        map.gone(change.gone);
      };
      map.move(board.couriers.values(), newest.current.now);
      setState("there");
    } catch {
      setState("broken");
    }
    return () => {
      handle.map?.remove();
      handle.map = null;
      handle.onFrame = () => undefined;
    };
  }, [late.part]);

  const map = state === "there" ? handle.map : null;
  const { plan, before } = desk.planning;
  const found = useMemo(() => foundOnMap(desk.listed, view.filter, view.search, board.profiles.values()), [desk.listed, view.filter, view.search]);
  const wanted = found === null ? "" : `${[...found.deliveries].sort().join()} ${[...(found.couriers ?? [])].sort().join()}`;
  useEffect(() => {
    drawnAt.current = 0; // now, and not with the next second
    map?.only(found);
  }, [map, wanted, found === null]);
  const { late: are_late } = desk;
  useEffect(() => {
    drawnAt.current = 0;
    map?.late(are_late);
  }, [map, [...are_late.deliveries].join(), [...are_late.couriers].join()]);
  useEffect(() => {
    drawnAt.current = 0;
  }, [desk.ticked]);
  const filtered = useRef<string | null>(null);
  const filter = found === null ? null : `${view.filter} ${view.search}`;
  useEffect(() => {
    if (map === null || (found === null && filtered.current === null)) return;
    const soon = setTimeout(() => {
      const { listed, board: now_on, view: { delivery, courier } } = newest.current;
      const same = filtered.current === filter;
      filtered.current = filter;
      if (same && (delivery !== null || courier !== null)) return; // that is what somebody looks at
      const ends = found === null ? [] : listed.flatMap(({ delivery: one }) => placesOf(one, now_on.couriers.get(one.transporter_id ?? 0)));
      const others = [...(found === null ? now_on.couriers.keys() : (found.couriers ?? []))].flatMap((id) => now_on.couriers.get(id) ?? []);
      const points = ends.length > 0 ? ends : others;
      if (same) map.camera.show(points, false);
      else map.camera.turnTo(points);
    }, FOUND_MS);
    return () => clearTimeout(soon);
  }, [map, filter, wanted]);
  useEffect(() => {
    if (map === null || performance.now() - drawnAt.current < WAITING_MS) return;
    drawnAt.current = performance.now();
    map.waiting(board.deliveries.values(), desk.ticked);
    if (!fitted.current && board.couriers.size > 0) {
      fitted.current = true;
      desk.fit();
    }
  });

  const { value: zones } = useLoading(() => calls.zones(), [], ZONES_MS);
  useEffect(() => {
    if (zones !== null) map?.zones(zones, (zone) => (zone.paused_at === null ? zone.name : say("zones.paused.on_map", { name: zone.name })));
  }, [map, zones]);

  const delivery = view.delivery === null ? null : (board.deliveries.get(view.delivery) ?? null);
  const courier_id = view.courier ?? delivery?.transporter_id ?? null;
  const courier = courier_id === null ? null : (board.couriers.get(courier_id) ?? null);
  const tour = view.courier === null ? [] : board.tourOf(view.courier);
  const deliveries = delivery === null ? tour : [delivery];
  useEffect(() => map?.look({ deliveries, courier }), [map, courier, deliveries.map((one) => `${one.id}:${one.status}`).join()]);
  const age_s = courier === null ? 0 : (now - courier.recorded_at) / 1000;
  const doubt_m = courier === null ? 0 : doubtOf(courier, age_s);
  const age = doubt_m === 0 ? "" : say("position.age", { age: duration(age_s, say) });
  useEffect(() => map?.doubt(doubt_m, age), [map, courier, Math.round(doubt_m), age]);
  const below = desk.pointing.looked; // the pointer
  useEffect(() => desk.pointing.forget(), [view.delivery, view.courier, view.filter, view.search]);
  useEffect(() => map?.point(desk.pointing.looked), [map, below?.courier, below?.deliveries[0]]);
  // Once more where somebody else has it: the map turns to what is new, unless a person has moved it meanwhile.
  const choice = delivery === null ? (view.courier === null ? "" : `c${view.courier}`) : `d${delivery.id}`;
  const known = courier !== null;
  useEffect(() => {
    if (map === null || choice === "" || plan !== null) return;
    const isNew = chosen.current !== choice;
    chosen.current = choice;
    const points = delivery === null ? [courier, ...tour.flatMap((one) => placesOf(one, null))].filter((one) => one !== null) : placesOf(delivery, courier);
    // Whoever points at a courier on the map looks there already.
    if (delivery !== null || !pointed.current) map.camera.show(points, isNew);
    pointed.current = false;
  }, [map, choice, delivery?.status, courier_id, known]);
  // Couriers go on: few lines follow them, of thousands each stands where it was planned.
  const turn = plan === null || plan.pairs.length > LINES_THAT_FOLLOW ? 0 : Math.floor(now / FOLLOWED_MS);
  useEffect(() => map?.plan(plan === null ? [] : planLines(plan, before, board, view.delivery)), [map, plan, view.delivery, turn]);
  useEffect(() => {
    if (map === null || plan === null) return;
    const lines = planLines(plan, before, board, null);
    if (lines.length > 0) map.camera.fit(lines.flatMap((one) => [one.from, one.to]));
  }, [map, plan?.id]);
  useEffect(() => map?.went(desk.way === null ? [] : linesOf(desk.way)), [map, desk.way]);
  // After a new picture too: what was driven meanwhile no frame has told.
  useEffect(() => map?.trail.follow(courier_id, courier, () => calls.track(courier_id ?? 0, newest.current.now)), [map, courier_id, board.pictures]);

  return (
    <div class="map-box" data-crowd={looks === "small" ? "markers" : looks}>
      <div class="canvas" ref={container} />
      {state === "there" && <MapLegend looks={looks} filtered={found !== null} dims={dims(found, board.deliveries.values(), board.couriers.keys())} chosen={desk.chosen.length > 0} />}
      {map !== null && <BoxTool />}
      {map !== null && desk.boxing && <BoxChoice onBox={(box) => desk.tickMany(box === null ? map.inSight : map.within(...box))} />}
      {state === "coming" && late.failures > 0 && <Missing late={late} text={say("map.missing")} say={say} />}
      {state !== "there" && (state === "broken" || late.failures === 0) && <p class="say">{sayOnMap(state === "broken" ? "map.broken" : "loading")}</p>}
    </div>
  );
}

/** Chooses by a box: with a finger too, which has no shift key. */
function BoxTool() {
  const { boxing, setBoxing } = useDesk();
  const say = useMapWords();
  return (
    <button type="button" class="tool boxing" aria-label={say("map.box")} aria-pressed={boxing} onClick={() => setBoxing(!boxing)}>
      <Icon of={SquareDashedMousePointer} />
      <span class="tip" aria-hidden="true">{say("map.box")}</span>
    </button>
  );
}
