// What a transporter says of themselves and their vehicle, as it is typed, and what a change of it means: pure.
import type { components } from "../../shared/api.ts";

export type Profile = components["schemas"]["TransporterAnswer"];
type Changes = Partial<components["schemas"]["TransporterChanges"]>;

export type ProfileTyped = { vehicle_type: string; vehicle_number: string; capacity_kg: string; phone: string; business_name: string; max_active: string };

export function typedOf(profile: Profile): ProfileTyped {
  const { vehicle_type, vehicle_number, phone, business_name } = profile;
  return { vehicle_type, vehicle_number, phone, business_name, capacity_kg: String(profile.capacity_kg), max_active: String(profile.max_active) };
}

/** A number that was typed; the text itself where it is none, so that the server says what is wrong with it. */
function numberOf(text: string): number | string {
  const plain = text.replaceAll(",", "").trim();
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text;
}

/** What goes to the server: what is another than before, for what was verified and is sent alike stays verified. */
export function changesOf(profile: Profile, typed: ProfileTyped): Changes {
  const before = typedOf(profile);
  const changed = (Object.keys(before) as (keyof ProfileTyped)[]).filter((name) => typed[name].trim() !== before[name]);
  const numbers: readonly (keyof ProfileTyped)[] = ["capacity_kg", "max_active"];
  return Object.fromEntries(changed.map((name) => [name, numbers.includes(name) ? numberOf(typed[name]) : typed[name].trim()]));
}

/** What an admin looks at anew: all of a vehicle, with its papers, or what else was verified; null where nothing of it. */
export function lookedAtAnew(changes: Changes): "vehicle" | "profile" | null {
  if ("vehicle_type" in changes || "vehicle_number" in changes) return "vehicle";
  return ["capacity_kg", "phone", "business_name"].some((name) => name in changes) ? "profile" : null;
}
