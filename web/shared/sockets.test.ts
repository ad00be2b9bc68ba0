import { expect, test } from "vitest";
import { waitBefore } from "./backoff.ts";
import { FINAL_CODES, OPEN, Socket, type SocketState, type Wire } from "./sockets.ts";

class FakeWire implements Wire {
  readyState: number = OPEN;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  sent: string[] = [];
  closedWith: number | undefined;
  send(text: string): void {
    this.sent.push(text);
  }
  close(code?: number): void {
    this.closedWith = code;
  }
}

async function opened(): Promise<{ wires: FakeWire[]; states: SocketState[]; run: () => Promise<void>; socket: Socket<unknown>; heard: unknown[] }> {
  const wires: FakeWire[] = [];
  const states: SocketState[] = [];
  const waiting: (() => void)[] = [];
  const heard: unknown[] = [];
  const world = {
    open: async () => {
      const wire = new FakeWire();
      wires.push(wire);
      return wire;
    },
    later: (run: () => void) => waiting.push(run),
    cancel: () => waiting.splice(0),
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  const socket = new Socket<unknown>(world, (message) => heard.push(message), (state) => states.push(state), () => ({ type: "subscribe" }));
  socket.start();
  await settle();
  wires[0]?.onopen?.({} as Event);
  const run = async (): Promise<void> => {
    for (const one of waiting.splice(0)) one();
    await settle();
  };
  return { wires, states, run, socket, heard };
}

test("each connection begins with what must be said first", async () => {
  const { wires, run, states } = await opened();
  wires[0]?.onclose?.({ code: 1012 } as CloseEvent);
  await run();
  wires[1]?.onopen?.({} as Event);
  expect(wires.map((wire) => wire.sent)).toEqual([['{"type":"subscribe"}'], ['{"type":"subscribe"}']]);
  expect(states).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
});

test.each([...FINAL_CODES])("a close with %d is the end", async (code) => {
  const { wires, run, states } = await opened();
  wires[0]?.onclose?.({ code } as CloseEvent);
  await run();
  expect([wires.length, states.at(-1)]).toEqual([1, "ended"]);
});

test("who leaves is not brought back", async () => {
  const { wires, run, socket } = await opened();
  socket.stop();
  wires[0]?.onclose?.({ code: 1006 } as CloseEvent);
  await run();
  expect([wires.length, wires[0]?.closedWith]).toEqual([1, 1000]);
});

test("where the network is back nobody waits, and what a line that was given up still says counts for nothing", async () => {
  const { wires, run, socket, states, heard } = await opened();
  socket.renew();
  await run();
  expect([wires.length, wires[0]?.closedWith]).toEqual([2, 1000]);
  wires[1]?.onopen?.({} as Event);
  wires[0]?.onmessage?.({ data: "1" } as MessageEvent<string>);
  wires[0]?.onclose?.({ code: 4409 } as CloseEvent);
  expect([states.at(-1), heard, socket.send({ a: 1 })]).toEqual(["open", [], true]);
  wires[1]?.onclose?.({ code: 1006 } as CloseEvent);
  socket.renew();
  await run();
  expect(wires.length).toBe(3);
});

test("what cannot be sent is not called sent", async () => {
  const { wires, socket } = await opened();
  expect(socket.send({ a: 1 })).toBe(true);
  wires[0]?.onclose?.({ code: 1006 } as CloseEvent);
  expect(socket.send({ a: 2 })).toBe(false);
});

test("what is given to a line that has begun to close is not called sent, nor given to it", async () => {
  const { wires, socket } = await opened();
  const [wire] = wires;
  if (wire === undefined) throw new Error("none was opened");
  wire.readyState = 2;
  expect([socket.send({ a: 1 }), wire.sent]).toEqual([false, ['{"type":"subscribe"}']]);
});

test("who leaves while a line is opening has it closed, and hears nothing of it", async () => {
  const { wires, run, socket, states, heard } = await opened();
  wires[0]?.onclose?.({ code: 1012 } as CloseEvent);
  await run();
  socket.stop();
  const before = [...states];
  wires[1]?.onopen?.({} as Event);
  wires[1]?.onmessage?.({ data: "1" } as MessageEvent<string>);
  wires[1]?.onclose?.({ code: 4409 } as CloseEvent);
  expect([wires[1]?.closedWith, wires[1]?.sent, heard, states]).toEqual([1000, [], [], before]);
});

test("a line that is outdated before it has opened is closed once it has: closed before, the browser complains of it", async () => {
  const { wires, run, socket } = await opened();
  socket.renew(); // asks for a way in
  socket.renew(); // and again before it is there
  await run();
  const [, outdated, newest] = wires;
  expect([outdated?.closedWith, newest?.closedWith]).toEqual([undefined, undefined]);
  outdated?.onopen?.({} as Event);
  newest?.onopen?.({} as Event);
  expect([outdated?.closedWith, outdated?.sent, newest?.closedWith, newest?.sent]).toEqual([1000, [], undefined, ['{"type":"subscribe"}']]);
});

test("waits double up to a minute and are never the same for all", () => {
  expect([1, 2, 3, 7, 50].map((failures) => waitBefore(failures, () => 1))).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  expect(waitBefore(3, () => 0)).toBe(2_000);
});
