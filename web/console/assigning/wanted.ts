// What is asked for where many are assigned at once: which parcels, among whom, and in which way.
import type { components } from "../../shared/api.ts";

type Schemas = components["schemas"];
export type Run = Schemas["RunAnswer"];
export type RunRow = Schemas["RunRow"];
export type Preview = Schemas["BulkAssignmentAnswer"];

/** As it was typed; empty fields leave nothing out. */
export type Typed = Readonly<Record<"priority" | "vehicle" | "most" | "hours", string>>;

export const EVERYTHING: Typed = { priority: "", vehicle: "", most: "", hours: "" };

export interface Filter {
  priority_filter?: string;
  vehicle_type_filter?: string;
  max_assignments?: number;
  time_range_hours?: number;
}

// What is no number goes as it was typed: the server says so at its field.
const number = (typed: string): number => (Number.isNaN(Number(typed)) ? (typed as unknown as number) : Number(typed));

export function filterOf({ priority, vehicle, most, hours }: Typed): Filter {
  return {
    ...(priority !== "" && { priority_filter: priority }),
    ...(vehicle.trim() !== "" && { vehicle_type_filter: vehicle.trim() }),
    ...(most.trim() !== "" && { max_assignments: number(most) }),
    ...(hours.trim() !== "" && { time_range_hours: number(hours) }),
  };
}

/** How far a run has come, 0 to 1; null where nobody can say. */
export function shareOf({ status, progress }: Pick<RunRow, "status" | "progress">): number | null {
  if (status !== "running") return 1;
  if (progress.planned === null) return null;
  return progress.planned === 0 ? 1 : (progress.planned - (progress.left ?? 0)) / progress.planned;
}
