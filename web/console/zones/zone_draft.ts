// A zone as it is changed: what was looked at, what was typed, and what of it is sent.
import { type Area, type Fees, type FoundZone, type Weights, type Zone, areaOf, ringsOf } from "./geojson.ts";
import { type Outline, outlineOf, textOf } from "./polygon.ts";

export const TERMS = ["distance", "rating", "capacity", "workload"] as const;
export const MODES = ["direct", "one", "waves", "all"] as const;

/** What the form has; texts as they were typed, empty where the settings count. */
export interface ZoneDraft {
  name: string;
  outline: Outline;
  /** The list of corners as it was typed, where that is not how it would be written; else null. */
  typed: string | null;
  holes: readonly Outline[];
  mode: string;
  rolling: boolean;
  tick_s: string;
  radius_km: string;
  fee_base: string;
  fee_per_km: string;
  capacity: string;
  own_weights: boolean;
  weights: Readonly<Record<(typeof TERMS)[number], string>>;
}

/** What is sent; a field that is left out stays as it is. */
export interface ZoneBody {
  name?: string;
  area?: Area;
  mode?: string | null;
  rolling?: boolean;
  tick_s?: number | null;
  radius_km?: number | null;
  weights?: Weights | null;
  fees?: Fees | null;
  capacity?: number | null;
  version?: number;
}

const EQUAL: Weights = { distance: 1, rating: 1, capacity: 1, workload: 1 };

const text = (value: number | null): string => (value === null ? "" : String(value));
// What is no number goes as it was typed: the server says so at its field.
const number = (typed: string): number | null => (typed.trim() === "" ? null : Number.isNaN(Number(typed)) ? (typed as unknown as number) : Number(typed));

export function draftOf(zone: FoundZone): ZoneDraft {
  const { distance, rating, capacity, workload } = zone.weights ?? EQUAL;
  return {
    name: zone.name,
    outline: zone.outline,
    typed: null,
    holes: zone.holes,
    mode: zone.mode ?? "",
    rolling: zone.rolling,
    tick_s: text(zone.tick_s),
    radius_km: text(zone.radius_km),
    fee_base: text(zone.fees?.base ?? null),
    fee_per_km: text(zone.fees?.per_km ?? null),
    capacity: text(zone.capacity),
    own_weights: zone.weights !== null,
    weights: { distance: text(distance), rating: text(rating), capacity: text(capacity), workload: text(workload) },
  };
}

export const NOTHING: FoundZone = { name: "", outline: [], holes: [], mode: null, rolling: false, tick_s: null, radius_km: null, weights: null, fees: null, capacity: null };

export function foundOf(zone: Zone): FoundZone {
  const { name, mode, rolling, tick_s, radius_km, weights, fees, capacity, area } = zone;
  return { name, mode, rolling, tick_s, radius_km, weights, fees, capacity, ...ringsOf(area) };
}

export function bodyOf(draft: ZoneDraft): Required<Omit<ZoneBody, "version">> {
  const [base, per_km] = [number(draft.fee_base), number(draft.fee_per_km)];
  return {
    name: draft.name.trim(),
    area: areaOf(draft.outline, draft.holes),
    mode: draft.mode === "" ? null : draft.mode,
    rolling: draft.rolling,
    tick_s: number(draft.tick_s),
    radius_km: number(draft.radius_km),
    weights: draft.own_weights ? (Object.fromEntries(TERMS.map((term) => [term, number(draft.weights[term]) ?? 0])) as unknown as Weights) : null,
    fees: base === null && per_km === null ? null : { base: base ?? 0, per_km: per_km ?? 0 },
    capacity: number(draft.capacity),
  };
}

/** What of a draft differs from the zone that was looked at: nobody else's change of another field is undone. */
export function changesOf(draft: ZoneDraft, looked: Zone): ZoneBody {
  const [wanted, before] = [bodyOf(draft), bodyOf(draftOf(foundOf(looked)))];
  const changed = Object.entries(wanted).filter(([name, value]) => !same(value, before[name as keyof typeof before]));
  return { ...Object.fromEntries(changed), version: looked.version };
}

const TYPED_FIELDS: Readonly<Record<string, readonly (keyof ZoneDraft)[]>> = {
  name: ["name"],
  area: ["outline", "typed", "holes"],
  mode: ["mode"],
  rolling: ["rolling"],
  tick_s: ["tick_s"],
  radius_km: ["radius_km"],
  weights: ["own_weights", "weights"],
  fees: ["fee_base", "fee_per_km"],
  capacity: ["capacity"],
};

/** A draft over the zone as it is now: what was changed in the draft stays, all else is as somebody else left it. */
export function rebased(draft: ZoneDraft, looked: Zone, latest: Zone): ZoneDraft {
  const mine = Object.keys(changesOf(draft, looked)).flatMap((field) => TYPED_FIELDS[field] ?? []);
  return { ...draftOf(foundOf(latest)), ...Object.fromEntries(mine.map((name) => [name, draft[name]])) };
}

/** Names of the fields in which two states of a zone differ. */
export function differences(one: Zone, other: Zone): string[] {
  return Object.keys(changesOf(draftOf(foundOf(one)), other)).filter((name) => name !== "version");
}

/** With a list of corners as it was typed: what can be read is drawn. */
export function withTyped(draft: ZoneDraft, typed: string): ZoneDraft {
  const outline = outlineOf(typed);
  return outline === null ? { ...draft, typed } : { ...draft, outline, typed: textOf(outline) === typed ? null : typed };
}

/** Whether what was typed as corners cannot be read. */
export function isUnread({ typed }: ZoneDraft): boolean {
  return typed !== null && outlineOf(typed) === null;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
