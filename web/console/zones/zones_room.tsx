// Zones: all of them beside a map, and one that is drawn, changed, paused.
import { Plus } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import "../../shared/field.css";
import "./zones.css";
import { changed, go, turnSheet } from "../../shared/address.ts";
import { Icon } from "../../shared/icon.tsx";
import { Missing, useLate, withMaps } from "../../shared/late.tsx";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { Calls } from "../calls.ts";
import type { RoomGiven } from "../rooms.tsx";
import type { Zone } from "./geojson.ts";
import { heardOf, lyingIn, placesOf, waitingOf } from "./lies_in.ts";
import { RollingPanel, tickWords, useRolling } from "./rolling_panel.tsx";
import { LiesIn, type Town, useTown } from "./town.tsx";
import { ZoneRow } from "./zone_row.tsx";
import { ImportZones, exportZones } from "./zone_files.tsx";
import type { Drawing, ZoneMap } from "./zone_map.ts";
import { ZoneEditor } from "./zone_editor.tsx";

const RENEWED_MS = 30_000;

export function ZonesRoom(given: RoomGiven) {
  const { address, language, say } = given;
  const loading = useLoading(() => new Calls(given.client).zones(), [], RENEWED_MS);
  const town = useTown(given.client);
  const rolling = useRolling(given.client);
  const asked = address.query.get("open");
  const open = asked !== null && /^[1-9][0-9]{0,15}$/.test(asked) ? Number(asked) : null;
  const zone = loading.value?.find((one) => one.id === open) ?? null;
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [outlined, setOutlined] = useState<{ outline: Drawing["outline"] } | null>(null);
  const map = useRef<ZoneMap | null>(null);
  const show = (to: number | "new" | null): void => go(changed(address, { open: to }));
  const editing = asked === "new" || zone !== null;
  useEffect(() => {
    if (!editing) setDrawing(null);
  }, [editing]);
  return (
    <div class="zones wide-room" data-editing={editing}>
      <ZonesMap given={given} zones={loading.value ?? []} open={open} drawing={drawing} town={town} handle={map} onOutline={(outline) => setOutlined({ outline })} onPick={show} />
      <div class="side">
        <h1>{say("room.zones")}</h1>
        <LiesIn found={drawing === null ? null : lyingIn(drawing.outline, drawing.holes, town.board)} known={town.known} say={say} />
        <Loaded of={loading} language={language} say={say} lines={4}>
          {(zones) =>
            asked === "outside" ? (
              <>
                <h2 class="title">{say("zones.outside")}</h2>
                <RollingPanel given={given} zone={null} board={town.board} now={town.now} />
                <Link class="button" href={changed(address, { open: null })}>{say("console.back")}</Link>
              </>
            ) : editing ? (
              <ZoneEditor key={asked} given={given} zone={zone} town={town} outlined={outlined} middle={() => map.current?.middle() ?? null} onDrawing={setDrawing} onClose={() => show(null)} onSaved={(saved) => loading.reload().then(() => turnSheet(address, saved))} reload={loading.reload} />
            ) : (
              <>
                {asked !== null && <p class="card" role="status">{say("zones.gone")}</p>}
                {zones.length === 0 && <p class="card">{say("zones.none")}</p>}
                <ul class="zone-list">
                  {zones.map((one) => {
                    const ticked = rolling.get(one.id);
                    return <ZoneRow key={one.id} given={given} zone={one} rolling={ticked === undefined ? null : tickWords(ticked, town.now, given)} reload={loading.reload} />;
                  })}
                  <li>
                    <Link href={changed(address, { open: "outside" })}>
                      <strong>{say("zones.outside")}</strong>
                      {rolling.get(null) !== undefined && <span class="small quiet number">{tickWords(rolling.get(null) as NonNullable<ReturnType<typeof rolling.get>>, town.now, given)}</span>}
                    </Link>
                  </li>
                </ul>
                <div class="actions">
                  <Link class="button first" href={changed(address, { open: "new" })}>
                    <Icon of={Plus} />
                    {say("zones.new")}
                  </Link>
                  <button type="button" class="button" disabled={zones.length === 0} onClick={() => exportZones(zones)}>{say("zones.export")}</button>
                </div>
                <ImportZones given={given} onOne={() => show("new")} onDone={loading.reload} />
              </>
            )
          }
        </Loaded>
      </div>
    </div>
  );
}

interface MapGiven {
  given: RoomGiven;
  zones: readonly Zone[];
  open: number | null;
  drawing: Drawing | null;
  town: Town;
  handle: { current: ZoneMap | null };
  onOutline: (outline: Drawing["outline"]) => void;
  onPick: (zone: number) => void;
}

function ZonesMap({ given: { say }, zones, open, drawing, town, handle, onOutline, onPick }: MapGiven) {
  const container = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"coming" | "there" | "broken">("coming");
  const fitted = useRef<string | null>(null);
  const late = useLate(() => withMaps(() => import("./zone_map.ts")), true);
  const newest = useRef({ onOutline, onPick });
  newest.current = { onOutline, onPick };
  useEffect(() => {
    if (late.part === null || container.current === null) return;
    try {
      handle.current = new late.part.ZoneMap(container.current, { onOutline: (outline) => newest.current.onOutline(outline), onPick: (zone) => newest.current.onPick(zone) });
      setState("there");
    } catch {
      setState("broken");
    }
    return () => {
      handle.current?.remove();
      handle.current = null;
    };
  }, [late.part]);
  const map = state === "there" ? handle.current : null;
  const shown = drawing === null ? zones : zones.filter((zone) => zone.id !== open);
  useEffect(() => map?.zones(shown, (zone) => (zone.paused_at === null ? zone.name : say("zones.paused.on_map", { name: zone.name })), open), [map, zones, open, drawing === null]);
  useEffect(() => map?.draw(drawing), [map, drawing]);
  useEffect(() => map?.town({ waiting: waitingOf(town.board).map((one) => one.pickup), couriers: heardOf(town.board), places: placesOf(town.board) }), [map, town.turn]);
  useEffect(() => {
    // What is opened is brought into sight, once; what is drawn stays under the hand.
    const key = drawing === null ? "all" : String(open);
    if (map === null || fitted.current === key) return;
    const corners = drawing === null ? zones.flatMap((zone) => zone.area.coordinates[0] ?? []).map(([lon = 0, lat = 0]) => [lon, lat] as const) : drawing.outline;
    if (drawing === null && corners.length === 0) return; // they are on their way
    fitted.current = key;
    if (corners.length > 2) map.fit(corners); // a new one begins where one looks
  }, [map, zones, open, drawing]);
  return (
    <section class="map-box" aria-label={say("zones.map")}>
      <div class="canvas" ref={container} />
      {drawing !== null && state === "there" && <span class="cross" aria-hidden="true" />}
      {state === "coming" && late.failures > 0 && <Missing late={late} text={say("map.missing")} say={say} />}
      {state !== "there" && (state === "broken" || late.failures === 0) && <p class="say">{say(state === "broken" ? "zones.map.broken" : "loading")}</p>}
    </section>
  );
}
