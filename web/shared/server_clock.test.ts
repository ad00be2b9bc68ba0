import { expect, test } from "vitest";
import { ServerClock } from "./server_clock.ts";

test("a browser that is an hour off still knows the server's time", () => {
  let browser = 3_600_000;
  const clock = new ServerClock(() => browser);
  expect(clock.now()).toBe(3_600_000);
  clock.learn(0, 8); // sent at 8 s by the server's clock
  expect(clock.now()).toBe(8_000);
  browser += 1_500;
  expect(clock.now()).toBe(9_500);
});

test("a frame that was long on its way does not set the clock back", () => {
  let browser = 10_000;
  const clock = new ServerClock(() => browser);
  clock.learn(9_000, 1);
  browser = 14_000;
  clock.learn(9_000, 3); // sent at 12 s, came two seconds later
  expect(clock.now()).toBe(14_000);
});

test("a browser clock that was set anew is followed", () => {
  let browser = 10_000;
  const clock = new ServerClock(() => browser);
  clock.learn(9_000, 1);
  browser = 1_000_000;
  clock.learn(11_000, 1);
  expect(clock.now()).toBe(12_000);
});
