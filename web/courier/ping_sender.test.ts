import { expect, test } from "vitest";
import { OPEN, type Wire } from "../shared/sockets.ts";
import { KeptInMemory } from "./kept.ts";
import { PhoneClock } from "./phone_clock.ts";
import { type BacklogAnswer, PingSender, type ServerFrame } from "./ping_sender.ts";
import type { NewPing, Ping } from "./fixes.ts";

const POLICY = { interval_s: 5, distance_m: 15, heartbeat_s: 30 };
const at = (minute: number): NewPing => ({ lat: 27.7, lon: 85.3, recorded_at: new Date(Date.UTC(2026, 10, 28, 10, minute)).toISOString() });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

class Line {
  readonly frames: Record<string, unknown>[] = [];
  readonly posted: number[][] = [];
  readonly timers: (() => void)[] = [];
  epoch = "e";
  wire: Wire | null = null;
  refuses = false;
  answer: ((pings: readonly Ping[]) => BacklogAnswer) | null = null;

  sender(kept: KeptInMemory, clock = new PhoneClock(), phoneNow: () => number = Date.now): PingSender {
    const line = this;
    return new PingSender(kept, clock, {
      identity: async () => ({ device: "courier-1", epoch: line.epoch }),
      async open() {
        if (line.refuses) throw new Error("no connection");
        const wire: Wire = { readyState: OPEN, onopen: null, onmessage: null, onclose: null, send: (text) => line.frames.push(JSON.parse(text) as Record<string, unknown>), close: () => undefined };
        line.wire = wire;
        return wire;
      },
      later: (run) => line.timers.push(run),
      cancel: () => undefined,
      async post(pings) {
        line.posted.push(pings.map((one) => one.seq));
        if (line.answer === null) throw new Error("no connection");
        return line.answer(pings);
      },
    }, { onState: () => undefined, onWaiting: () => undefined, onWelcome: () => undefined, onJobs: () => undefined }, phoneNow);
  }

  async says(frame: ServerFrame): Promise<void> {
    this.wire?.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent<string>);
    await settled();
  }

  async opens(last_seq = 0): Promise<void> {
    await settled();
    this.wire?.onopen?.({} as Event);
    await this.says({ type: "welcome", last_seq, policy: POLICY });
  }

  get sent(): number[] {
    return this.frames.filter((frame) => frame["type"] === "pings").flatMap((frame) => (frame["pings"] as Ping[]).map((one) => one.seq));
  }
}

const kept_seqs = async (kept: KeptInMemory): Promise<number[]> => (await kept.pings(0, 100)).map((one) => one.seq);

test("pings leave in the order of their numbers once the server has greeted, and are forgotten with the ack", async () => {
  const [line, kept] = [new Line(), new KeptInMemory()];
  const sender = line.sender(kept);
  await sender.add(at(0));
  sender.start();
  await sender.add(at(1));
  expect(line.sent).toEqual([]);
  await line.opens();
  await sender.add(at(2));
  expect([line.frames[0]?.["type"], line.sent]).toEqual(["hello", [1, 2, 3]]);
  await line.says({ type: "ack", seq: 2 });
  expect(await kept_seqs(kept)).toEqual([3]);
});

test("after a connection was lost, what no ack covers is sent again and what the server has is forgotten", async () => {
  const [line, kept] = [new Line(), new KeptInMemory()];
  const sender = line.sender(kept);
  sender.start();
  await line.opens();
  for (const minute of [0, 1, 2]) await sender.add(at(minute));
  line.wire?.onclose?.({ code: 1006 } as CloseEvent);
  await sender.add(at(3));
  expect(line.sent).toEqual([1, 2, 3]);
  line.timers.at(-1)?.();
  await line.opens(1);
  expect([line.sent, await kept_seqs(kept)]).toEqual([[1, 2, 3, 2, 3, 4], [2, 3, 4]]);
});

test("where the phone's store was cleared under an open page, numbers that begin anew are sent under a new epoch", async () => {
  const [line, kept] = [new Line(), new KeptInMemory()];
  const sender = line.sender(kept);
  sender.start();
  await line.opens(7);
  const old = line.wire;
  line.epoch = "another";
  await sender.add(at(0));
  old?.onmessage?.({ data: JSON.stringify({ type: "ack", seq: 7 }) } as MessageEvent<string>);
  await line.opens(0);
  expect([line.frames.filter((frame) => frame["type"] === "hello").map((frame) => frame["epoch"]), line.sent]).toEqual([["e", "another"], [1]]);
  expect(await kept_seqs(kept)).toEqual([1]);
});

test("a line on which nothing comes back is given up, and what went down it is sent again", async () => {
  const [line, kept] = [new Line(), new KeptInMemory()];
  const sender = line.sender(kept);
  sender.start();
  await line.opens();
  await sender.add(at(0));
  const dead = line.wire;
  line.timers.at(-1)?.();
  await settled();
  expect(line.wire).not.toBe(dead);
  await line.opens();
  expect(line.sent).toEqual([1, 1]);
  await line.says({ type: "ack", seq: 1 });
  line.timers.at(-1)?.();
  expect(await kept_seqs(kept)).toEqual([]);
});

/** A phone whose store is taken away for a moment, as it is from a page in the background. */
class LostKept extends KeptInMemory {
  lost = 0;

  override async pings(after: number, most: number): Promise<Ping[]> {
    if (this.lost-- > 0) throw new DOMException("lost", "InvalidStateError");
    return await super.pings(after, most);
  }

  override async newestPings(most: number): Promise<Ping[]> {
    if (this.lost-- > 0) throw new DOMException("lost", "InvalidStateError");
    return await super.newestPings(most);
  }
}

test("a store that fails for a moment ends neither what goes over the socket nor what goes over HTTP", async () => {
  const [line, kept] = [new Line(), new LostKept()];
  const sender = line.sender(kept);
  sender.start();
  const [post] = line.timers;
  await line.opens();
  kept.lost = 1;
  await sender.add(at(0)).catch(() => undefined);
  await sender.add(at(1));
  expect(line.sent).toEqual([1, 2]);
  line.wire?.onclose?.({ code: 1006 } as CloseEvent);
  kept.lost = 1;
  const before = line.timers.length;
  post?.();
  await settled();
  line.timers.slice(before).forEach((run) => run());
  await settled();
  expect(line.posted).toEqual([[2, 1]]);
});

test("a number is never given twice, whatever was forgotten", async () => {
  const kept = new KeptInMemory();
  await kept.addPing(at(0));
  await kept.dropPings({ upTo: 1 });
  expect((await kept.addPing(at(1))).seq).toBe(2);
});

test("a position that came from a clock ahead is sent again by the server's time", async () => {
  const [line, kept] = [new Line(), new KeptInMemory()];
  const sender = line.sender(kept);
  sender.start();
  await line.opens();
  await sender.add(at(10));
  await line.says({ type: "reject", seq: 1, reason: "in_future", ahead_ms: 300_000 });
  await line.says({ type: "ack", seq: 1 });
  expect(await kept.pings(0, 10)).toEqual([{ ...at(5), seq: 2 }]);
  expect(line.sent).toEqual([1, 2]);
});

test("while no socket opens pings go over HTTP, newest first, and only what is safe is forgotten", async () => {
  const [line, kept] = [new Line(), new KeptInMemory()];
  line.refuses = true;
  const sender = line.sender(kept);
  for (const minute of [0, 1, 2]) await sender.add(at(minute));
  sender.start();
  const [post] = line.timers;
  await settled();
  post?.();
  await settled();
  expect([line.posted, await kept_seqs(kept)]).toEqual([[[3, 2, 1]], [1, 2, 3]]);
  line.answer = () => ({ accepted: [3], rejected: [{ seq: 1 }] });
  line.timers.at(-1)?.();
  await settled();
  expect(await kept_seqs(kept)).toEqual([2]);
});

test.each([
  ["a hello that took six seconds", -6_000, 6_050, 0],
  ["a clock that is ahead, on such a line", 54_000, 6_050, 54_000],
  ["a clock that is behind, on such a line", -66_000, 6_050, -59_950],
  ["a clock that is behind, on a quick one", -60_020, 40, -59_980],
  ["a clock that was put back meanwhile", -60_000, -500, -60_000],
])("a slow line is not taken for a wrong clock: %s", async (_, told_ms, way_ms, found_ms) => {
  const [line, clock] = [new Line(), new PhoneClock()];
  let now = 1_000_000;
  line.sender(new KeptInMemory(), clock, () => now).start();
  await settled();
  line.wire?.onopen?.({} as Event);
  now += way_ms;
  await line.says({ type: "welcome", last_seq: 0, policy: POLICY, clock_skew_ms: told_ms });
  expect(clock.skew_ms).toBe(found_ms);
});
