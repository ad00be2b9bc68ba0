import { expect, test, vi } from "vitest";
import { Alarm, BURST_MS, KNOWN_MS, SETTLES_MS, Sound } from "./alarm.ts";

function settled(keys: readonly string[] = []): Alarm {
  const alarm = new Alarm();
  alarm.note(keys, 0, true);
  return alarm;
}

test("what was there when the page opened is heard neither at once nor while a large fleet still comes", () => {
  const alarm = settled(["late:1"]);
  expect([alarm.note(["late:1", "late:2"], SETTLES_MS - 1, true), alarm.note(["late:1", "late:2"], SETTLES_MS, true)]).toEqual([false, false]);
});

test("the first of a burst is heard, the others are not, and after a quiet time the next is", () => {
  const alarm = settled();
  const at = 10_000;
  expect([alarm.note(["a"], at, true), alarm.note(["a", "b"], at + BURST_MS, true), alarm.note(["a", "b", "c"], at + 2 * BURST_MS, true)]).toEqual([true, false, false]);
  expect(alarm.note(["a", "b", "c", "d"], at + 3 * BURST_MS + 1, true)).toBe(true);
});

test("what goes and soon comes back is nothing new; what comes back after a long time is", () => {
  const alarm = settled();
  alarm.note(["a"], 10_000, true);
  alarm.note([], 20_000, true);
  expect(alarm.note(["a"], 10_000 + BURST_MS + 30_000, true)).toBe(false);
  alarm.note([], 200_000, true);
  expect(alarm.note(["a"], 200_000 + 2 * KNOWN_MS, true)).toBe(true);
});

test("what came while nobody looked is counted until somebody looks", () => {
  const alarm = settled(["a"]);
  alarm.note(["a", "b"], 10_000, false);
  alarm.note(["a", "b", "c"], 11_000, false);
  expect(alarm.unseen).toBe(2);
  alarm.note(["a", "b", "c"], 12_000, true);
  expect(alarm.unseen).toBe(0);
});

test("the switch is remembered, is heard when it is turned on, and says so while the browser allows no sound", () => {
  const kept = new Map<string, string>();
  const storage = () => ({ getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) });
  const chime = { strike: vi.fn(), rest: vi.fn() };
  let touched = false;
  const sound = new Sound(storage, chime, () => touched);
  expect(sound.state).toBe("waits");
  touched = true;
  expect(sound.state).toBe("on");
  sound.turn();
  sound.strike();
  expect([sound.state, chime.strike.mock.calls.length, new Sound(storage, chime, () => true).state]).toEqual(["off", 0, "off"]);
  sound.turn();
  expect([sound.state, chime.strike.mock.calls.length, new Sound(storage, chime, () => true).state]).toEqual(["on", 1, "on"]);
});

test("where nothing can be remembered the switch still works", () => {
  const storage = (): never => {
    throw new Error("denied");
  };
  const sound = new Sound(storage, { strike: () => undefined, rest: () => undefined }, () => true);
  sound.turn();
  expect(sound.state).toBe("off");
});
