// Parts of the board that are loaded once somebody asks for them: who only looks pays for none.
import type { ComponentChildren, ComponentType } from "preact";
import { useMemo } from "preact/hooks";
import { Missing, useLate } from "../shared/late.tsx";
import type { Details } from "./calls.ts";
import { DeskContext, useDesk } from "./desk.ts";
import type { Spot } from "./console_map.ts";
import type { Looks } from "./density.ts";
import type { Delivery } from "./frames.ts";
import type { MapHandle } from "./map_panel.tsx";

async function withWords<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const [Part, { lateSpeaker }] = await Promise.all([load(), import("./late/words.ts")]);
  return { Part, speak: lateSpeaker };
}

/** A part that stands in its place as soon as it came; until then `meanwhile` does, or nothing, and where it cannot be had another try. */
function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props & { meanwhile?: ComponentChildren }> {
  return function Later({ meanwhile = null, ...rest }: Props & { meanwhile?: ComponentChildren }) {
    const given = rest as unknown as Props;
    const desk = useDesk();
    const { say, connected, language } = desk;
    const late = useLate(() => withWords(load), true, connected);
    const { part } = late;
    const inside = useMemo(() => part?.speak(language) ?? null, [part, language]);
    if (part !== null && inside !== null) {
      return (
        <DeskContext.Provider value={{ ...desk, say: inside }}>
          <part.Part {...given} />
        </DeskContext.Provider>
      );
    }
    return late.failures > 0 ? <Missing late={late} text={say("room.missing")} say={say} /> : <>{meanwhile}</>;
  };
}

/** The map says nothing that is spoken late, and what draws it comes along with what steers it. */
export function MapPanel({ handle }: { handle: MapHandle }) {
  const { say, connected } = useDesk();
  const late = useLate(
    () => {
      import("./console_map.ts").catch(() => undefined); // the panel asks for it again
      return import("./map_panel.tsx");
    },
    true,
    connected,
  );
  if (late.part !== null) return <late.part.MapPanel handle={handle} />;
  return (
    <div class="map-box">
      {late.failures > 0 ? <Missing late={late} text={say("map.missing")} say={say} /> : <p class="say">{say("loading")}</p>}
    </div>
  );
}

const changes = () => import("./change_dialogs.tsx");

export const PlanPanel = later(async () => (await import("./plan_panel.tsx")).PlanPanel);
export const BoxChoice = later<{ onBox: (box: readonly [Spot, Spot] | null) => void }>(async () => (await import("./box_choice.tsx")).BoxChoice);
export const BulkDialog = later<{ deliveries: readonly Delivery[] }>(async () => (await import("./bulk_dialog.tsx")).BulkDialog);
export const DecisionPanel = later<{ delivery: Delivery; turn: string }>(async () => (await import("./decision_panel.tsx")).DecisionPanel);
export const CancelDialog = later(async () => (await changes()).CancelDialog);
export const PriorityDialog = later(async () => (await changes()).PriorityDialog);
export const ReassignDialog = later(async () => (await changes()).ReassignDialog);
export const RelieveDialog = later(async () => (await changes()).RelieveDialog);
export const TakeBackDialog = later(async () => (await changes()).TakeBackDialog);
export const RunDialog = later<{ id: number }>(async () => (await import("./run_dialog.tsx")).RunDialog);
export const CandidateList = later<{ delivery: Delivery }>(async () => (await import("./candidate_list.tsx")).CandidateList);
export const CodePanel = later<{ details: Details }>(async () => (await import("./code_panel.tsx")).CodePanel);
export const CommandDialog = later(async () => (await import("./command_dialog.tsx")).CommandDialog);
export const MapLegend = later<{ looks: Looks; filtered: boolean; dims: boolean; chosen: boolean }>(async () => (await import("./map_legend.tsx")).MapLegend);
export const DoneList = later(async () => (await import("./done_list.tsx")).DoneList);
export const LinePanel = later(async () => (await import("./line_panel.tsx")).LinePanel);
export const OfferPanel = later<{ delivery: Delivery }>(async () => (await import("./offer_panel.tsx")).OfferPanel);
export const CourierPanel = later<{ id: number }>(async () => (await import("./courier_panel.tsx")).CourierPanel);
export const FleetPanel = later(async () => (await import("./late/fleet_panel.tsx")).FleetPanel);
export const DeliveryPanel = later<{ delivery: Delivery }>(async () => (await import("./late/delivery_panel.tsx")).DeliveryPanel);
export const HistoryList = later<{ details: Details; turn: string }>(async () => (await import("./late/history_list.tsx")).HistoryList);
export const AddressPanel = later<{ delivery: Delivery; details: Details | null; onChanged: () => void }>(async () => (await import("./late/address_panel.tsx")).AddressPanel);
export const AttemptsPanel = later<{ delivery: Delivery; details: Details | null; onChanged: () => void }>(async () => (await import("./late/attempts_panel.tsx")).AttemptsPanel);
export const RefusedPanel = later<{ id: number; turn: string }>(async () => (await import("./late/refused_panel.tsx")).RefusedPanel);
export const HoldPanel = later<{ delivery: Delivery; details: Details | null }>(async () => (await import("./late/hold_panel.tsx")).HoldPanel);
export const ObjectionList = later(async () => (await import("./late/objection_list.tsx")).ObjectionList);
export const EndedList = later(async () => (await import("./late/ended_list.tsx")).EndedList);
export const EndedPanel = later<{ id: number }>(async () => (await import("./late/ended_panel.tsx")).EndedPanel);
export const EndingPanel = later<{ delivery: Delivery; left: number | null }>(async () => (await import("./ending_panel.tsx")).EndingPanel);
