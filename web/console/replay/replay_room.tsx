// A past window again: where everybody was and what was decided, with a slider, at a speed that one can follow.
import { Pause, Play } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import "../../shared/field.css";
import "./replay.css";
import { changed, go, readAddress } from "../../shared/address.ts";
import { Field } from "../../shared/field.tsx";
import { Icon } from "../../shared/icon.tsx";
import { Missing, useLate, withMaps } from "../../shared/late.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { devanagari } from "../../shared/numbers.ts";
import { NEPAL_OFFSET_MS, clock, duration } from "../../shared/times.ts";
import type { RoomGiven } from "../rooms.tsx";
import { DecisionList } from "./decision_list.tsx";
import type { ReplayMap } from "./replay_map.ts";
import { type Clock, advanced, openingOf, seenAt, trailOf } from "./tracks.ts";
import { LENGTHS_MIN, type Past, SPEEDS, type Window, pastOf, queryOf, windowOf } from "./window.ts";

const TOLD_MS = 1_000; // so often the address follows a clock that goes
const FRAME_MS = 50;
const STILL_FRAME_MS = 1_000;
const TRAIL_S = 900;
const JUMP_S = 30;

export function ReplayRoom({ client, address, language, say }: RoomGiven) {
  const [opened] = useState(Date.now);
  const asked = windowOf(address, opened);
  const { from, length_s, courier } = asked;
  const show = (changes: Partial<Window>): void => go(changed(readAddress(location.href), queryOf({ ...windowOf(readAddress(location.href), opened), ...changes })), { replace: true });
  const loading = useLoading(() => pastOf(client, { from, length_s }), [from, length_s]);
  const [time, setTime] = useClock({ ...asked, at_s: asked.at_s ?? 0 }, (at_s) => show({ at_s }));
  const past = loading.value;
  useEffect(() => {
    if (past !== null && asked.at_s === null && time.at_s === 0) setTime({ at_s: Math.min(length_s, openingOf(past.tracks, courier)), playing: false });
  }, [past]);
  const toggle = (): void => setTime({ at_s: time.playing || time.at_s < length_s ? time.at_s : 0, playing: !time.playing });
  const jump = (by_s: number): void => setTime({ ...time, at_s: Math.min(length_s, Math.max(0, time.at_s + by_s)) });
  useKeys({ toggle, jump });
  const at = from + time.at_s * 1000;
  const seconds = `:${String(Math.floor((at / 1000) % 60)).padStart(2, "0")}`;
  const words = clock(at, opened, language) + (language === "ne" ? devanagari(seconds) : seconds);
  return (
    <div class="replay wide-room">
      <h1>{say("room.replay")}</h1>
      <Choices asked={asked} show={show} past={past} say={say} />
      <div class="player">
        <button type="button" class="button first" disabled={past === null} onClick={toggle}>
          <Icon of={time.playing ? Pause : Play} />
          {say(time.playing ? "replay.pause" : "replay.play")}
        </button>
        <input
          type="range"
          min={0}
          max={length_s}
          step={1}
          value={time.at_s}
          aria-label={say("replay.moment")}
          aria-valuetext={words}
          onInput={(event) => setTime({ ...time, at_s: Number(event.currentTarget.value) })}
        />
        <strong class="number">{words}</strong>
      </div>
      <Loaded of={loading} language={language} say={say} lines={6}>
        {(found) => (
          <div class="scene">
            <Scene past={found} at_s={time.at_s} courier={courier} onPick={(id) => show({ courier: id })} say={say} />
            <div class="side">
              <Seen past={found} at_s={time.at_s} courier={courier} say={say} />
              <DecisionList client={client} past={found} until={at} onMoment={(moment) => setTime({ playing: false, at_s: Math.max(0, (moment - from) / 1000) })} language={language} say={say} />
            </div>
          </div>
        )}
      </Loaded>
    </div>
  );
}

/** The clock of a replay: it goes by itself while it plays; `onTold` hears of where it is, but not of each step. */
function useClock({ from, length_s, at_s, speed }: Window & { at_s: number }, onTold: (at_s: number) => void): [Clock, (to: Clock) => void] {
  const [time, setTime] = useState<Clock>({ at_s, playing: false });
  const newest = useRef({ time, told: at_s, onTold });
  newest.current.time = time;
  newest.current.onTold = onTold;
  useEffect(() => {
    newest.current.told = at_s; // so says the address of the other window, or it says nothing of it
    setTime({ at_s, playing: false });
  }, [from, length_s]);
  useEffect(() => {
    if (!time.playing) return;
    let before = performance.now();
    const frame_ms = matchMedia("(prefers-reduced-motion: reduce)").matches ? STILL_FRAME_MS : FRAME_MS;
    const going = setInterval(() => {
      const now = performance.now();
      setTime(advanced(newest.current.time, now - before, speed, length_s));
      before = now;
    }, frame_ms);
    return () => clearInterval(going);
  }, [time.playing, speed, length_s]);
  useEffect(() => {
    const tell = setTimeout(() => {
      const { told, time: now } = newest.current;
      if (Math.round(told) === Math.round(now.at_s)) return;
      newest.current.told = now.at_s;
      newest.current.onTold(now.at_s);
    }, TOLD_MS);
    return () => clearTimeout(tell);
  }, [time.playing ? Math.floor(time.at_s / speed) : time.at_s]);
  return [time, setTime];
}

function useKeys(acts: { toggle: () => void; jump: (by_s: number) => void }): void {
  const newest = useRef(acts);
  newest.current = acts;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof HTMLElement && target.closest("input, select, textarea, button, a, summary, canvas") !== null)) return;
      if (event.key === " ") newest.current.toggle();
      else if (event.key === "ArrowRight" || event.key === "ArrowLeft") newest.current.jump(event.key === "ArrowRight" ? JUMP_S : -JUMP_S);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function Choices({ asked, show, past, say }: { asked: Window; show: (changes: Partial<Window>) => void; past: Past | null; say: RoomGiven["say"] }) {
  const local = new Date(asked.from + NEPAL_OFFSET_MS).toISOString().slice(0, 16);
  const couriers = [...(past?.tracks ?? [])].sort((a, b) => a.name.localeCompare(b.name));
  return (
    <div class="choices field-row">
      <Field
        label={say("replay.from")}
        name="from"
        type="datetime-local"
        value={local}
        onValue={(typed) => {
          const from = Date.parse(`${typed}Z`) - NEPAL_OFFSET_MS;
          if (!Number.isNaN(from)) show({ from, at_s: null });
        }}
      />
      <Field label={say("replay.length")} name="minutes" value={String(asked.length_s / 60)} onValue={(minutes) => show({ length_s: Number(minutes) * 60, at_s: null })} choices={LENGTHS_MIN.map((minutes) => [String(minutes), duration(minutes * 60, say)])} />
      <Field label={say("replay.speed")} name="speed" value={String(asked.speed)} onValue={(speed) => show({ speed: Number(speed) })} choices={SPEEDS.map((speed) => [String(speed), say("replay.times", { count: speed })])} />
      <Field
        label={say("replay.follow")}
        name="courier"
        value={asked.courier === null ? "" : String(asked.courier)}
        onValue={(id) => show({ courier: id === "" ? null : Number(id) })}
        choices={[["", say("replay.nobody")], ...(asked.courier !== null && !couriers.some((one) => one.transporter_id === asked.courier) ? [[String(asked.courier), `#${asked.courier}`] as const] : []), ...couriers.map((one) => [String(one.transporter_id), one.name] as const)]}
      />
    </div>
  );
}

/** What the map shows of the one that is followed, and how many are seen, in words. */
function Seen({ past, at_s, courier, say }: { past: Past; at_s: number; courier: number | null; say: RoomGiven["say"] }) {
  const seen = past.tracks.map((track) => seenAt(track, at_s, past.step_s)).filter((one) => one !== null);
  const track = past.tracks.find((one) => one.transporter_id === courier);
  const here = track === undefined ? null : seenAt(track, at_s, past.step_s);
  return (
    <div class="seen">
      <p class="small quiet">
        {past.heard === 0 ? say("replay.none") : say("replay.seen", { count: seen.filter((one) => one.sure).length, of: past.heard })}
        {past.heard > 0 && past.tracks.length < past.heard && ` ${say("replay.cut", { count: past.tracks.length })}`}
      </p>
      {courier !== null && (
        <p>
          <strong>{track?.name ?? `#${courier}`}</strong>{" "}
          <span class="number">{here === null ? say("replay.unheard") : `${here.lat.toFixed(5)}, ${here.lon.toFixed(5)}${here.sure ? "" : ` · ${say("replay.unsure")}`}`}</span>
        </p>
      )}
    </div>
  );
}

function Scene({ past, at_s, courier, onPick, say }: { past: Past; at_s: number; courier: number | null; onPick: (id: number) => void; say: RoomGiven["say"] }) {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<ReplayMap | null>(null);
  const [state, setState] = useState<"coming" | "there" | "broken">("coming");
  const late = useLate(() => withMaps(() => import("./replay_map.ts")), true);
  const pick = useRef(onPick);
  pick.current = onPick;
  useEffect(() => {
    if (late.part === null || container.current === null) return;
    try {
      map.current = new late.part.ReplayMap(container.current, (id) => pick.current(id));
      setState("there");
    } catch {
      setState("broken");
    }
    return () => map.current?.remove();
  }, [late.part]);
  useEffect(() => {
    if (state !== "there") return;
    const followed = past.tracks.find((track) => track.transporter_id === courier);
    const seen = past.tracks.map((track) => seenAt(track, at_s, past.step_s)).filter((one) => one !== null);
    map.current?.show(seen, courier, followed === undefined ? [] : trailOf(followed, at_s, TRAIL_S, past.step_s));
    map.current?.fit(past.tracks.flatMap((track) => track.lons), past.tracks.flatMap((track) => track.lats));
  }, [state, past, at_s, courier]);
  return (
    <section class="map-box" aria-label={say("replay.map")}>
      <div class="canvas" ref={container} />
      {state === "coming" && late.failures > 0 && <Missing late={late} text={say("map.missing")} say={say} />}
      {state !== "there" && (state === "broken" || late.failures === 0) && <p class="say">{say(state === "broken" ? "replay.map.broken" : "loading")}</p>}
    </section>
  );
}
