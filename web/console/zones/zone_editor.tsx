// A zone's form: what the map draws is typed here as well, and what somebody else changed meanwhile is told.
import { Crosshair, Undo2 } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { type Acting, useActing } from "../../shared/acting.ts";
import { Refused } from "../../shared/client.ts";
import { useDraft } from "../../shared/drafts.ts";
import { Check, Field } from "../../shared/field.tsx";
import { Icon } from "../../shared/icon.tsx";
import type { RoomGiven } from "../rooms.tsx";
import type { Zone } from "./geojson.ts";
import { type Corner, type Outline, areaKm2, crossings, textOf, troubleOf, withCorner, without } from "./polygon.ts";
import { RollingPanel } from "./rolling_panel.tsx";
import type { Town } from "./town.tsx";
import { ZoneActs } from "./zone_acts.tsx";
import { MODES, NOTHING, TERMS, type ZoneBody, type ZoneDraft, bodyOf, changesOf, differences, draftOf, foundOf, isUnread, rebased, withTyped } from "./zone_draft.ts";
import type { Drawing } from "./zone_map.ts";

interface Given {
  given: RoomGiven;
  /** As it is now; null for a new one. */
  zone: Zone | null;
  town: Town;
  /** What was drawn last on the map. */
  outlined: { outline: Outline } | null;
  middle: () => Corner | null;
  onDrawing: (drawing: Drawing) => void;
  onClose: () => void;
  onSaved: (zone: number | null) => Promise<void>;
  reload: () => Promise<void>;
}

interface Kept {
  looked: Zone | null;
  draft: ZoneDraft;
}

/** Where a zone's draft is kept; an import puts the one of a new zone there. */
export function draftName(zone: number | null): string {
  return `zone.${zone ?? "new"}`;
}

export function keptText(kept: Kept): string {
  return JSON.stringify(kept);
}

function readKept(text: string): Kept | null {
  try {
    return text === "" ? null : (JSON.parse(text) as Kept);
  } catch {
    return null; // what a newer release kept
  }
}

export function ZoneEditor({ given, zone, town, outlined, middle, onDrawing, onClose, onSaved, reload }: Given) {
  const { client, say } = given;
  const stored = useDraft(draftName(zone?.id ?? null), { kept: "" });
  const { looked, draft } = readKept(stored.form.kept) ?? { looked: zone, draft: draftOf(zone === null ? NOTHING : foundOf(zone)) };
  const isChanged = stored.form.kept !== "" && (looked === null || Object.keys(changesOf(draft, looked)).length > 1);
  const keep = (next: Kept): void => stored.change({ kept: keptText(next) });
  const change = (changes: Partial<ZoneDraft>): void => keep({ looked, draft: { ...draft, ...changes } });
  const trouble = troubleOf(draft.outline, draft.holes);
  const acting: Acting<ZoneBody> = useActing(say, async (body, key) => {
    try {
      const [path, method] = looked === null ? ["/api/zones/", "POST"] : [`/api/zones/${looked.id}/`, "PATCH"];
      const saved = await client.call<Zone>(path, { method, body, idempotencyKey: key });
      stored.drop();
      await onSaved(looked === null ? saved.id : null);
    } catch (problem) {
      if (problem instanceof Refused && problem.code === "zone_changed") await reload();
      throw problem;
    }
  });
  useEffect(() => onDrawing({ outline: draft.outline, holes: draft.holes }), [stored.form.kept, zone?.version]);
  const known = useRef(outlined); // was drawn before this zone was opened: another's
  useEffect(() => {
    if (outlined === known.current || outlined === null) return;
    known.current = outlined;
    change({ outline: outlined.outline, typed: null });
  }, [outlined]);
  const meanwhile = looked !== null && zone !== null && zone.version !== looked.version && isChanged ? zone : null;
  const wrongArea = Object.entries(acting.error instanceof Refused ? acting.error.fields : {}).find(([name]) => name.startsWith("area"))?.[1];
  return (
    <>
      <h2 class="title">{zone === null ? say("zones.new") : zone.name}</h2>
      {zone !== null && <ZoneActs given={given} zone={zone} reload={reload} onRemoved={() => onSaved(null)} />}
      {zone !== null && <RollingPanel given={given} zone={zone.id} board={town.board} now={town.now} />}
      {meanwhile !== null && looked !== null && (
        <div class="card conflict" role="alert">
          <p>{say("zones.meanwhile", { fields: differences(looked, meanwhile).map((field) => say(`zones.field.${field}` as "zones.field.name")).join(", ") || say("zones.field.pause") })}</p>
          <div class="actions">
            <button type="button" class="button" onClick={stored.drop}>{say("zones.theirs")}</button>
            <button type="button" class="button" onClick={() => keep({ looked: meanwhile, draft: rebased(draft, looked, meanwhile) })}>{say("zones.mine")}</button>
          </div>
        </div>
      )}
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void acting.start(looked === null ? bodyOf(draft) : changesOf(draft, looked));
        }}
      >
        <Field label={say("name")} name="name" value={draft.name} onValue={(name) => change({ name })} problem={acting.fields["name"]} more={{ maxLength: 80 }} />
        <Corners given={given} draft={draft} change={change} middle={middle} wrong={wrongArea} onTyped={(typed) => keep({ looked, draft: withTyped(draft, typed) })} />
        <Ways given={given} draft={draft} change={change} fields={acting.fields} />
        <p class="problem" role="alert">{acting.problem}</p>
        <div class="actions">
          <button class="button first" disabled={acting.pending || trouble !== null || isUnread(draft)}>{say(acting.pending ? "zones.saving" : "save")}</button>
          {isChanged && <button type="button" class="button" onClick={stored.drop}>{say("zones.reset")}</button>}
          <button type="button" class="button" onClick={onClose}>{say("console.back")}</button>
        </div>
      </form>
    </>
  );
}

interface PartGiven {
  given: RoomGiven;
  draft: ZoneDraft;
  change: (changes: Partial<ZoneDraft>) => void;
}

/** The outline as text: the same as drawing it, for who does not point. */
function Corners({ given: { say }, draft, change, middle, wrong, onTyped }: PartGiven & { middle: () => Corner | null; wrong: string | undefined; onTyped: (typed: string) => void }) {
  const { outline } = draft;
  const trouble = troubleOf(outline, draft.holes);
  const told = isUnread(draft) ? say("zones.corners.wrong") : trouble === "crosses" ? say("zones.crosses", { sides: [...crossings(outline)].map((side) => side + 1).join(", ") }) : trouble === "many" ? say("zones.many") : "";
  return (
    <div class="corners">
      <p class="small quiet" role="status">{say("zones.corners.count", { count: outline.length, area: areaKm2(outline).toFixed(2) })}</p>
      <div class="actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            const corner = middle();
            if (corner !== null) change({ outline: withCorner(outline, outline.length, corner), typed: null });
          }}
        >
          <Icon of={Crosshair} />
          {say("zones.corner.here")}
        </button>
        <button type="button" class="button" disabled={outline.length === 0} onClick={() => change({ outline: without(outline, outline.length - 1), typed: null })}>
          <Icon of={Undo2} />
          {say("zones.corner.last")}
        </button>
      </div>
      <Field label={say("zones.corners")} name="corners" lines={6} value={draft.typed ?? textOf(outline)} onValue={onTyped} problem={told || wrong} help={say("zones.corners.help")} />
    </div>
  );
}

function Ways({ given: { say }, draft, change, fields }: PartGiven & { fields: Readonly<Record<string, string>> }) {
  const decimal = { inputMode: "decimal", placeholder: say("zones.by_settings") };
  return (
    <>
      <Field label={say("zones.mode")} name="mode" value={draft.mode} onValue={(mode) => change({ mode })} choices={[["", say("zones.by_settings")], ...MODES.map((mode) => [mode, say(`mode.${mode}`)] as const)]} />
      <Check label={say("zones.rolling")} checked={draft.rolling} onValue={(rolling) => change({ rolling })} />
      <div class="pair">
        <Field label={say("zones.radius")} name="radius_km" value={draft.radius_km} onValue={(radius_km) => change({ radius_km })} problem={fields["radius_km"]} more={decimal} />
        <Field label={say("zones.tick")} name="tick_s" value={draft.tick_s} onValue={(tick_s) => change({ tick_s })} problem={fields["tick_s"]} more={decimal} />
        <Field label={say("zones.capacity")} name="capacity" value={draft.capacity} onValue={(capacity) => change({ capacity })} problem={fields["capacity"]} more={{ ...decimal, placeholder: say("zones.any") }} />
        <Field label={say("zones.fee_base")} name="base" value={draft.fee_base} onValue={(fee_base) => change({ fee_base })} problem={fields["base"]} more={decimal} />
        <Field label={say("zones.fee_per_km")} name="per_km" value={draft.fee_per_km} onValue={(fee_per_km) => change({ fee_per_km })} problem={fields["per_km"]} more={decimal} />
      </div>
      <Check label={say("zones.own_weights")} checked={draft.own_weights} onValue={(own_weights) => change({ own_weights })} />
      {draft.own_weights && (
        <div class="pair">
          {TERMS.map((term) => (
            <Field key={term} label={say(`zones.weight.${term}`)} name={term} value={draft.weights[term]} onValue={(value) => change({ weights: { ...draft.weights, [term]: value } })} problem={fields[term]} more={{ inputMode: "decimal" }} />
          ))}
          {fields["weights"] !== undefined && <p class="small problem">{fields["weights"]}</p>}
        </div>
      )}
    </>
  );
}
