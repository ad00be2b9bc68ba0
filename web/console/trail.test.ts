import { expect, test } from "vitest";
import { courier } from "../testing/console_frames.ts";
import { TRACK_MS } from "./calls.ts";
import { type Seen, Trail } from "./trail.ts";

const BEGIN = Date.parse("2026-11-28T11:00:00Z");
const at = (second: number): string => new Date(BEGIN + second * 1000).toISOString();
const seen = (...seconds: number[]): Seen[] => seconds.map((second) => ({ lat: 27.7, lon: 85.3, at: BEGIN + second * 1000 }));

/** A trail, the seconds that it has drawn last, and how often the server was asked; `answer` says what it is told then. */
function started(answer: () => Promise<readonly Seen[]>) {
  const told = { drawn: [] as number[], asked: 0 };
  const trail = new Trail((all) => (told.drawn = all.map((one) => (one.at - BEGIN) / 1000)));
  const track = (): Promise<readonly Seen[]> => {
    told.asked += 1;
    return answer();
  };
  return { trail, track, told };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("a trail goes on with each frame of whoever is followed, and is asked for once", async () => {
  const { trail, track, told } = started(async () => seen(0, 5));
  trail.follow(1, null, track);
  await settled();
  trail.goOn(courier(1, { recorded_at: at(10) }));
  trail.goOn(courier(2, { recorded_at: at(12) }));
  trail.goOn(courier(1, { recorded_at: at(10), active: 1 })); // the same place, and something else is new
  trail.goOn(courier(1, { recorded_at: at(15) }));
  expect([told.drawn, told.asked]).toEqual([[0, 5, 10, 15], 1]);
});

test("what frames told before the answer came stays behind it", async () => {
  const { trail, track, told } = started(async () => seen(0, 5, 10));
  trail.follow(1, courier(1, { recorded_at: at(5) }), track);
  for (const second of [10, 15]) trail.goOn(courier(1, { recorded_at: at(second) }));
  expect(told.drawn).toEqual([5, 10, 15]);
  await settled();
  expect(told.drawn).toEqual([0, 5, 10, 15]);
});

test("after a gap, and where it is followed anew, the way between is asked for and what is drawn stays meanwhile", async () => {
  let answer = seen(0);
  const { trail, track, told } = started(async () => answer);
  trail.follow(1, null, track);
  await settled();
  answer = seen(0, 30, 60, 90);
  trail.goOn(courier(1, { recorded_at: at(100) }));
  expect(told.drawn).toEqual([0, 100]);
  await settled();
  expect(told.drawn).toEqual([0, 30, 60, 90, 100]);
  answer = seen(60, 90, 110, 120); // of a long way the newest part
  trail.follow(1, null, track);
  expect(told.drawn).toEqual([0, 30, 60, 90, 100]);
  await settled();
  expect([told.drawn, told.asked]).toEqual([[0, 30, 60, 90, 110, 120], 3]);
});

test("somebody else's trail begins empty, and an answer about the one before is no part of it", async () => {
  const { trail, track, told } = started(async () => seen(0, 5));
  trail.follow(1, null, track);
  trail.follow(2, null, async () => seen(7));
  await settled();
  expect(told.drawn).toEqual([7]);
  trail.follow(null, null, track);
  await settled();
  expect(told.drawn).toEqual([]);
});

test("where the server does not answer the frames go on alone", async () => {
  const { trail, track, told } = started(() => Promise.reject(new Error("offline")));
  trail.follow(1, null, track);
  trail.goOn(courier(1, { recorded_at: at(1) }));
  await settled();
  trail.goOn(courier(1, { recorded_at: at(2) }));
  expect(told.drawn).toEqual([1, 2]);
});

test("a trail is bounded, in time and in length", () => {
  const { trail, told } = started(async () => []);
  trail.follow(1, null, async () => []);
  const last = TRACK_MS / 1000 + 60;
  for (let second = 0; second <= last; second += 0.5) trail.goOn(courier(1, { recorded_at: at(second) }));
  expect(told.drawn.length).toBe(1_000);
  expect(told.drawn.at(-1)).toBe(last);
  for (let second = last + 50; second <= last + 1_000; second += 50) trail.goOn(courier(1, { recorded_at: at(second) }));
  expect(told.drawn[0]).toBeGreaterThanOrEqual(last + 1_000 - TRACK_MS / 1000);
});
