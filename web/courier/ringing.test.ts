import { beforeEach, expect, test } from "vitest";
import { AGAIN_MS, type Heard, Ringing } from "./ringing.ts";

const offer = (id: number, left_ms: number) => ({ id, deadline: new Date(left_ms).toISOString() });
const asked = (...offers: Heard["offers"]): Heard => ({ offers, on_duty: true, sounds: true, shown: true });

let now = 0;
let heard: string[] = [];
let waiting: (() => void) | null = null;
let ringing: Ringing;

/** As much later as it takes to sound again. */
function later(): void {
  now += AGAIN_MS;
  const run = waiting;
  waiting = null;
  run?.();
}

beforeEach(() => {
  [now, heard, waiting] = [0, [], null];
  ringing = new Ringing({
    now: () => now,
    later: (run) => (waiting = run),
    cancel: () => (waiting = null),
    strike: () => heard.push("strike"),
    rest: () => heard.push("rest"),
  });
});

test("a new offer rings at once and again until its time is over, and then nothing is waited for", () => {
  ringing.hear(asked(offer(1, 2 * AGAIN_MS)));
  expect(heard).toEqual(["strike"]);
  later();
  later();
  expect(heard).toEqual(["strike", "strike", "rest"]);
  expect(waiting).toBeNull();
});

test("what is told again while it rings, and a second offer, change nothing of its pace", () => {
  ringing.hear(asked(offer(1, 60_000)));
  ringing.hear(asked(offer(1, 60_000), offer(2, 60_000)));
  expect(heard).toEqual(["strike"]);
  later();
  expect(heard).toEqual(["strike", "strike"]);
});

test("an offer that is withdrawn or taken away stops it at once", () => {
  ringing.hear(asked(offer(1, 60_000)));
  ringing.hear(asked());
  expect(heard).toEqual(["strike", "rest"]);
  expect(waiting).toBeNull();
});

test("whoever has pressed something is not called again for it, also where an answer of before still has it, but for the next one", () => {
  ringing.hear(asked(offer(1, 60_000)));
  ringing.noticed(1);
  expect(heard).toEqual(["strike", "rest"]);
  ringing.hear(asked());
  ringing.hear(asked(offer(1, 60_000)));
  expect(heard).toEqual(["strike", "rest"]);
  ringing.hear(asked(offer(1, 60_000), offer(2, 60_000)));
  expect(heard).toEqual(["strike", "rest", "strike"]);
});

test("it goes on for what nobody has pressed yet", () => {
  ringing.hear(asked(offer(1, 60_000), offer(2, 60_000)));
  ringing.noticed(1);
  later();
  expect(heard).toEqual(["strike", "strike"]);
});

test.each([
  ["off duty", { on_duty: false }],
  ["with the sound off", { sounds: false }],
])("%s nothing rings, and what rings stops", (_, without) => {
  ringing.hear({ ...asked(offer(1, 60_000)), ...without });
  expect([heard, waiting]).toEqual([[], null]);
  ringing.hear(asked(offer(1, 60_000)));
  ringing.hear({ ...asked(offer(1, 60_000)), ...without });
  expect([heard, waiting]).toEqual([["strike", "rest"], null]);
});

test("an offer that was over before it was heard of rings for nobody", () => {
  now = 1_000;
  ringing.hear(asked(offer(1, 1_000)));
  expect([heard, waiting]).toEqual([[], null]);
});

test("where what is asked is not shown each offer rings once, however often it is told, and again where it is shown", () => {
  const aside = (...offers: Heard["offers"]): Heard => ({ ...asked(...offers), shown: false });
  ringing.hear(aside(offer(1, 60_000)));
  ringing.hear(aside(offer(1, 60_000)));
  expect(heard, "a sound that has begun is heard to its end").toEqual(["strike"]);
  later();
  expect([heard, waiting]).toEqual([["strike", "rest"], null]);
  ringing.hear(aside(offer(1, 60_000)));
  expect(heard).toEqual(["strike", "rest"]);
  ringing.hear(aside(offer(1, 60_000), offer(2, 60_000)));
  expect(heard).toEqual(["strike", "rest", "strike"]);
  later();
  ringing.hear(asked(offer(1, 60_000)));
  expect(heard).toEqual(["strike", "rest", "strike", "rest", "strike"]);
});

test("what has ended is silent", () => {
  ringing.hear(asked(offer(1, 60_000)));
  ringing.stop();
  expect([heard, waiting]).toEqual([["strike", "rest"], null]);
});
