import { expect, test } from "vitest";
import { type History, acceptance, alone, chartsOf, endOf, hoursOf, rounded, sinceKnown, summaryOf, timesOf, told } from "./series.ts";

const nothing = [null, null, null];
const history: History = {
  starts_at: "2026-11-30T10:00:00Z",
  step_s: 300,
  figures: {
    pings_per_s: [10, null, 30], pings_lost_per_s: nothing, ack_half_s: [0.005, null, 0.01], ack_most_s: nothing, backlog: nothing, online: [4, null, 5],
    waiting: nothing, messages: nothing, offers_accepted: [3, 0, null], offers_declined: [1, 0, null], offers_expired: [0, 0, null],
    eta_known: nothing, eta_error_s: [90, null, null], eta_late_s: [-30, null, null], solver_runs: nothing, solver_mean_s: nothing,
  },
};

test("each chart has its lines in the units that are read, and a gap stays a gap", () => {
  const found = Object.fromEntries(chartsOf(history).map(({ name, lines }) => [name, lines.map((line) => line.values)]));
  expect(found["rate"]?.[0]).toEqual([10, null, 30]);
  expect(found["latency"]?.[0]).toEqual([5, null, 10]);
  expect(found["eta"]).toEqual([[1.5, null, null], [-0.5, null, null]]);
  expect(timesOf(history).map((at) => new Date(at * 1000).toISOString().slice(11, 16))).toEqual(["10:00", "10:05", "10:10"]);
});

test("how many offers were accepted is a share of those that were answered or ran out, and of none it is nothing", () => {
  expect(acceptance(history.figures)).toEqual([75, null, null]);
});

test("a sentence says the last value that is known, the lowest and the highest", () => {
  expect(summaryOf([3, 1, 2, null])).toEqual({ last: 2, lowest: 1, highest: 3 });
  expect(summaryOf(nothing)).toBeNull();
});

test("a table has the stretches of which something is known, the newest first", () => {
  expect(told([{ name: "pings", values: [1, null, 3] }, { name: "lost", values: [null, null, 0] }])).toEqual([2, 0]);
  expect(told([])).toEqual([]);
});

test("an address that asks for other hours than there are gets those of everybody", () => {
  expect(["1", "168", "7", null].map(hoursOf)).toEqual([1, 168, 6, 6]);
});

test("numbers are as exact as they are read", () => {
  expect([0, 0.004, 0.123, 1.25, 99.96, 250.4, -0.5, 12].map(rounded)).toEqual(["0", "0.00", "0.12", "1.3", "100.0", "250", "-0.50", "12"]);
});

test("what is told ends with its last stretch, or with the moment in which it was told", () => {
  const ends = Date.parse(history.starts_at) + history.figures.online.length * history.step_s * 1000;
  expect([endOf(history, ends + 1), endOf(history, ends - 60_000)]).toEqual([ends, ends - 60_000]);
});

test("pictures begin one stretch before something is known, and a gap later stays", () => {
  const figures = Object.fromEntries(Object.keys(history.figures).map((name) => [name, [null, null, null, null, null]])) as unknown as History["figures"];
  const late = { ...history, figures: { ...figures, online: [null, null, null, 4, null], pings_per_s: [null, null, 1, null, 2] } };
  const known = sinceKnown(late);
  expect(known.starts_at).toBe("2026-11-30T10:05:00.000Z");
  expect(known.figures.pings_per_s).toEqual([null, 1, null, 2]);
  expect(known.figures.online).toEqual([null, null, 4, null]);
  expect(endOf(known, Infinity)).toBe(endOf(late, Infinity));
  expect(sinceKnown(history)).toBe(history);
  expect(sinceKnown({ ...late, figures })).toMatchObject({ figures: { online: [null, null, null, null, null] } });
});

test("a value to which no line leads has a dot", () => {
  expect(alone([null, 3, null, 1, 2, null, 0])).toEqual([1, 6]);
  expect(alone([])).toEqual([]);
});
