// Zones into a GeoJSON file and out of one.
import { useContext, useState } from "preact/hooks";
import { Typist, draftKey } from "../../shared/drafts.ts";
import { problemOf } from "../../shared/problems.ts";
import { newKey } from "../../shared/request_keys.ts";
import { saveBlob } from "../../shared/saving.ts";
import type { RoomGiven } from "../rooms.tsx";
import { type FoundZone, type Zone, fileOf, zonesOf } from "./geojson.ts";
import { bodyOf, draftOf } from "./zone_draft.ts";
import { draftName, keptText } from "./zone_editor.tsx";

const MOST_BYTES = 5_000_000;

export function exportZones(zones: readonly Zone[]): void {
  saveBlob(new Blob([fileOf(zones)], { type: "application/geo+json" }), "zones.geojson");
}

/** One polygon is opened as a new zone; of several each is made, and what could not be is told with why. */
export function ImportZones({ given: { client, say }, onOne, onDone }: { given: RoomGiven; onOne: () => void; onDone: () => Promise<void> }) {
  const typist = useContext(Typist);
  const [found, setFound] = useState<readonly FoundZone[]>([]);
  const [told, setTold] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const read = async (file: File): Promise<void> => {
    setFound([]);
    setTold([]);
    const zones = file.size > MOST_BYTES ? null : zonesOf(await file.text());
    const [only] = zones ?? [];
    if (only === undefined) return setTold([say(zones === null ? "zones.import.wrong" : "zones.import.none")]);
    if (zones !== null && zones.length > 1) return setFound(zones);
    sessionStorage.setItem(draftKey(typist, draftName(null)), JSON.stringify({ kept: keptText({ looked: null, draft: draftOf(only) }) }));
    onOne();
  };
  const make = async (): Promise<void> => {
    setBusy(true);
    const failed: string[] = [];
    for (const one of found) {
      try {
        await client.call("/api/zones/", { method: "POST", body: bodyOf(draftOf(one)), idempotencyKey: newKey() });
      } catch (problem) {
        failed.push(`${one.name || say("zones.import.unnamed")}: ${problemOf(problem, say)}`);
      }
    }
    setTold([say("zones.import.made", { count: found.length - failed.length }), ...failed]);
    setFound([]);
    setBusy(false);
    await onDone();
  };
  return (
    <div class="import">
      <label class="button file">
        {say("zones.import")}
        <input
          type="file"
          accept=".geojson,.json,application/geo+json,application/json"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            event.currentTarget.value = "";
            if (file !== undefined) void read(file);
          }}
        />
      </label>
      {found.length > 0 && (
        <>
          <p>{say("zones.import.found", { count: found.length, names: found.slice(0, 10).map((one) => one.name || say("zones.import.unnamed")).join(", ") })}</p>
          <button type="button" class="button first" disabled={busy} onClick={() => void make()}>{say(busy ? "zones.saving" : "zones.import.make", { count: found.length })}</button>
        </>
      )}
      <ul role="status">{told.map((line) => <li key={line}>{line}</li>)}</ul>
    </div>
  );
}
