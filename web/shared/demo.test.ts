import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followDemo } from "./demo.ts";

const DEMO = { accounts: {}, tracking_numbers: [], filling: false };
const FILLING = { ...DEMO, filling: true };
let answers: (() => Response)[] = [];
let asked = 0;

beforeEach(() => {
  asked = 0;
  vi.useFakeTimers();
  vi.stubGlobal("fetch", () => {
    asked += 1;
    return Promise.resolve((answers.shift() ?? none)());
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const none = (): Response => new Response(null, { status: 204 });
const filling = (): Response => Response.json(FILLING);
const there = (): Response => Response.json(DEMO);

test("a demo that is being filled says so, and tells its log-ins once they are there without being loaded anew", async () => {
  answers = [filling, none, filling, there];
  const found = vi.fn();
  followDemo(found);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(found).toHaveBeenCalledExactlyOnceWith(FILLING);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(found.mock.calls).toEqual([[FILLING], [FILLING], [DEMO]]);
  expect(asked).toBe(4);
});

test("whoever has left is not told, and nothing is asked any more", async () => {
  answers = [filling, there];
  const found = vi.fn();
  const end = followDemo(found);
  await vi.advanceTimersByTimeAsync(1_000);
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([found.mock.calls.length, asked]).toEqual([1, 1]);
});

test("a server that is no demo is asked once, one that was being filled and is heard of no more for a while", async () => {
  answers = [];
  followDemo(vi.fn());
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toBe(1);
  asked = 0;
  answers = [filling];
  followDemo(vi.fn());
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toBe(11);
});
