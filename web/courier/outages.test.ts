import { expect, test } from "vitest";
import { type Connection, LATE_MS, Outages } from "./outages.ts";

const live = (heard_at = 0): Connection => ({ reachable: true, connected: true, heard_at });
const lost: Connection = { reachable: false, connected: false, heard_at: 0 };

function after(...told: [number, Connection][]): Outages {
  const outages = new Outages();
  for (const [now, is] of told) outages.hear(now, is);
  return outages;
}

test("what lay within a time without connection could not be answered", () => {
  const outages = after([0, live()], [10_000, lost], [60_000, live(1)]);
  expect(outages.covers(15_000, 45_000)).toBe(true);
  expect(outages.covers(10_000, 60_000)).toBe(true);
});

test("what was asked before the connection was lost, or ended after it was back, could be", () => {
  const outages = after([0, live()], [10_000, lost], [60_000, live(1)]);
  expect(outages.covers(9_999, 45_000)).toBe(false);
  expect(outages.covers(15_000, 60_001 + LATE_MS)).toBe(false);
  expect(outages.covers(70_000, 80_000)).toBe(false);
});

test("the server is granted the moment that it takes to end what is over", () => {
  expect(after([0, live()], [10_000, lost], [60_000, live(1)]).covers(15_000, 60_000 + LATE_MS)).toBe(true);
});

test("where a page learns late that nothing comes through it counts from when something came last", () => {
  const silent: Connection = { reachable: true, connected: false, heard_at: 0 };
  const outages = after([0, live()], [10_000, silent], [40_000, { ...silent, reachable: false }], [60_000, live(1)]);
  expect(outages.covers(10_000, 40_000)).toBe(true);
  expect(outages.covers(9_999, 40_000)).toBe(false);
});

test("a socket that is open is contact, whatever else fails meanwhile", () => {
  const outages = after([0, live()], [30_000, { ...live(), reachable: false }], [60_000, live(1)]);
  expect(outages.covers(20_000, 50_000)).toBe(false);
  expect(outages.covers(30_000, 50_000)).toBe(true);
});

test("a page that was opened without a connection knows of none before", () => {
  const outages = after([5_000, { ...lost, heard_at: null }], [60_000, live(1)]);
  expect(outages.covers(4_999, 50_000)).toBe(false);
  expect(outages.covers(5_000, 50_000)).toBe(true);
});

test("an outage is kept from its beginning: a page that is loaded anew in it goes on with it", () => {
  const outages = new Outages();
  expect([outages.hear(0, live()), outages.hear(10_000, lost), outages.hear(11_000, lost), outages.hear(30_000, lost)]).toEqual([false, true, false, true]);
  const anew = new Outages(outages.past);
  anew.hear(45_000, { ...lost, heard_at: null });
  anew.hear(60_000, live(1));
  expect(anew.covers(10_000, 60_000)).toBe(true);
  expect(anew.past).toEqual([{ from: 10_000, to: 60_000 }]);
});

test("a page that is opened long after, or has a connection at once, knows the outage as far as it was seen", () => {
  const kept = [{ from: 10_000, to: 30_000, open: true as const }];
  const [later, connected] = [new Outages(kept), new Outages(kept)];
  later.hear(500_000, { ...lost, heard_at: null });
  later.hear(600_000, live(1));
  connected.hear(40_000, live(1));
  for (const one of [later, connected]) {
    expect(one.covers(10_000, 30_000)).toBe(true);
    expect(one.covers(10_000, 40_000)).toBe(false);
  }
});

test("what has ended is said, and known again by another page of the same phone", () => {
  const outages = new Outages();
  expect([outages.hear(0, live()), outages.hear(10_000, lost), outages.hear(60_000, live(1)), outages.hear(61_000, live(1))]).toEqual([false, true, true, false]);
  expect(new Outages(outages.past).covers(15_000, 45_000)).toBe(true);
  expect(new Outages().covers(15_000, 45_000)).toBe(false);
});
