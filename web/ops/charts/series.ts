// What each chart shows, out of the server's history: values in the units that are read, and what a sentence says of them.
import type { components } from "../../shared/api.ts";

export type History = components["schemas"]["HistoryAnswer"];
type Figures = History["figures"];
export type Values = readonly (number | null)[];
export type Unit = "per_second" | "milliseconds" | "seconds" | "minutes" | "count" | "percent";

/** One line of a chart. */
export interface Line {
  /** What it is called: `line.` and this. */
  name: LineName;
  values: Values;
}

export const LINES = ["pings", "lost", "half", "most", "waiting", "messages", "backlog", "acceptance", "eta_error", "eta_late", "solver", "online"] as const;
export type LineName = (typeof LINES)[number];

export interface Chart {
  name: ChartName;
  unit: Unit;
  lines: readonly Line[];
}

export const CHARTS = ["rate", "latency", "queues", "offers", "eta", "solving", "people"] as const;
export type ChartName = (typeof CHARTS)[number];

/** The hours that can be looked back, the first where nobody asks. */
export const HOURS = [1, 6, 24, 168] as const;
export const HOURS_AT_FIRST = 6;

export function hoursOf(asked: string | null): (typeof HOURS)[number] {
  return HOURS.find((hours) => String(hours) === asked) ?? HOURS_AT_FIRST;
}

function times(values: Values, factor: number): Values {
  return values.map((value) => (value === null ? null : value * factor));
}

/** Of what was answered or ran out, how much was accepted, in hundredths; null where nothing was. */
export function acceptance({ offers_accepted, offers_declined, offers_expired }: Pick<Figures, "offers_accepted" | "offers_declined" | "offers_expired">): Values {
  return offers_accepted.map((accepted, at) => {
    const all = (accepted ?? 0) + (offers_declined[at] ?? 0) + (offers_expired[at] ?? 0);
    return accepted === null || all === 0 ? null : (100 * accepted) / all;
  });
}

export function chartsOf({ figures: of }: History): Chart[] {
  return [
    { name: "rate", unit: "per_second", lines: [{ name: "pings", values: of.pings_per_s }, { name: "lost", values: of.pings_lost_per_s }] },
    { name: "latency", unit: "milliseconds", lines: [{ name: "half", values: times(of.ack_half_s, 1000) }, { name: "most", values: times(of.ack_most_s, 1000) }] },
    { name: "queues", unit: "count", lines: [{ name: "waiting", values: of.waiting }, { name: "messages", values: of.messages }, { name: "backlog", values: of.backlog }] },
    { name: "offers", unit: "percent", lines: [{ name: "acceptance", values: acceptance(of) }] },
    { name: "eta", unit: "minutes", lines: [{ name: "eta_error", values: times(of.eta_error_s, 1 / 60) }, { name: "eta_late", values: times(of.eta_late_s, 1 / 60) }] },
    { name: "solving", unit: "seconds", lines: [{ name: "solver", values: of.solver_mean_s }] },
    { name: "people", unit: "count", lines: [{ name: "online", values: of.online }] },
  ];
}

/** When each stretch begins, seconds since 1970. */
export function timesOf({ starts_at, step_s, figures }: History): number[] {
  const first = Date.parse(starts_at) / 1000;
  return figures.online.map((_, at) => first + at * step_s);
}

/** Without the time before anything was known, but for one stretch: a server that started a minute ago is not a speck at the edge of a day. */
export function sinceKnown(history: History): History {
  const all = Object.values(history.figures);
  const first = history.figures.online.findIndex((_, at) => all.some((values) => (values[at] ?? null) !== null));
  const cut = Math.max(0, first - 1);
  if (cut === 0) return history;
  return {
    ...history,
    starts_at: new Date(Date.parse(history.starts_at) + cut * history.step_s * 1000).toISOString(),
    figures: Object.fromEntries(Object.entries(history.figures).map(([name, values]) => [name, values.slice(cut)])) as Figures,
  };
}

/** Which values stand alone: no line leads to them, so that they need a dot. */
export function alone(values: Values): number[] {
  const known = (at: number): boolean => (values[at] ?? null) !== null;
  return values.flatMap((_, at) => (known(at) && !known(at - 1) && !known(at + 1) ? [at] : []));
}

/** Until when it tells, milliseconds since 1970: the last stretch may not be over when it is `told_at`. */
export function endOf({ starts_at, step_s, figures }: History, told_at: number): number {
  return Math.min(Date.parse(starts_at) + figures.online.length * step_s * 1000, told_at);
}

export interface Summary {
  last: number;
  lowest: number;
  highest: number;
}

/** What a sentence says of a line; null where nothing is known of all its time. */
export function summaryOf(values: Values): Summary | null {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  return last === undefined ? null : { last, lowest: Math.min(...known), highest: Math.max(...known) };
}

/** The stretches in which any line has a value, newest first: what a table has to say. */
export function told(lines: readonly Line[]): number[] {
  const count = Math.max(0, ...lines.map((line) => line.values.length));
  return Array.from({ length: count }, (_, at) => count - 1 - at).filter((at) => lines.some((line) => (line.values[at] ?? null) !== null));
}

/** So exact as it is read: what is small has decimals. */
export function rounded(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 1 ? 1 : 2);
}
