import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followDemo, isThisMachine } from "./demo.ts";

const DEMO = { accounts: {}, tracking_numbers: [] };
let answers: (() => Response)[] = [];
let asked = 0;

beforeEach(() => {
  asked = 0;
  vi.useFakeTimers();
  vi.stubGlobal("location", { hostname: "127.0.0.1" });
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
const there = (): Response => Response.json(DEMO);

test("a demo whose people are still being made is told of once they are", async () => {
  answers = [none, none, there];
  const found = vi.fn();
  followDemo(found);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(found).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(found).toHaveBeenCalledExactlyOnceWith(DEMO);
  expect(asked).toBe(3);
});

test("whoever has left is not told, and nothing is asked any more", async () => {
  answers = [none, there];
  const found = vi.fn();
  const end = followDemo(found);
  await vi.advanceTimersByTimeAsync(1_000);
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([found.mock.calls.length, asked]).toEqual([0, 1]);
});

test("a server that is no demo is asked for a while, one elsewhere once", async () => {
  answers = [];
  followDemo(vi.fn());
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toBe(30);
  asked = 0;
  vi.stubGlobal("location", { hostname: "dispatch.example" });
  followDemo(vi.fn());
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toBe(1);
});

test("names of this machine are told apart from names that only begin like them", () => {
  expect(["localhost", "127.0.0.1", "[::1]"].map(isThisMachine)).toEqual([true, true, true]);
  expect(["localhost.example", "127.0.0.1.example", "128.0.0.1", ""].map(isThisMachine)).toEqual([false, false, false, false]);
});
