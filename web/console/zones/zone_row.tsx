// A zone in the list: how it is dispatched, how that went last, and a pause that needs no way into the form.
import { Pause, Play } from "lucide";
import { useState } from "preact/hooks";
import { changed } from "../../shared/address.ts";
import { Icon } from "../../shared/icon.tsx";
import { Link } from "../../shared/link.tsx";
import { Mark } from "../../shared/mark.tsx";
import type { RoomGiven } from "../rooms.tsx";
import type { Zone } from "./geojson.ts";
import { ZoneActs } from "./zone_acts.tsx";

/** `rolling`: its last tick in words, where it is dispatched by itself. */
export function ZoneRow({ given, zone, rolling, reload }: { given: RoomGiven; zone: Zone; rolling: string | null; reload: () => Promise<void> }) {
  const { address, say } = given;
  const [acts, setActs] = useState(false);
  const isPaused = zone.paused_at !== null;
  return (
    <li>
      <div class="zone-row">
        <Link href={changed(address, { open: zone.id })}>
          <strong>{zone.name}</strong>
          <span class="small quiet number">{say("zones.area", { area: zone.area_km2.toFixed(zone.area_km2 < 10 ? 2 : 0) })} · {zone.mode === null ? say("zones.by_settings") : say(`mode.${zone.mode}`)}</span>
          {rolling !== null && <span class="small quiet number">{rolling}</span>}
          {isPaused && <Mark as="late">{zone.pause_reason === "" ? say("zones.paused") : say("zones.paused.why", { reason: zone.pause_reason })}</Mark>}
        </Link>
        <button type="button" class="button" aria-expanded={acts} aria-label={say("zones.pause.of", { name: zone.name })} onClick={() => setActs(!acts)}>
          <Icon of={isPaused ? Play : Pause} />
          {say(isPaused ? "zones.resume.open" : "zones.pause.open")}
        </button>
      </div>
      {acts && <ZoneActs given={given} zone={zone} reload={reload} onRemoved={null} />}
    </li>
  );
}
