import { afterEach, expect, test, vi } from "vitest";
import type { Client } from "../shared/client.ts";
import { frame, toldDelivery } from "../testing/console_frames.ts";
import { Live } from "./live.ts";

/** A socket as the page opens it; the newest is the one that tells. */
class Line {
  static newest: Line;
  readonly readyState = 1;
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;

  constructor() {
    Line.newest = this;
  }

  send(): void {}
  close(): void {}

  tell(told: object): void {
    this.onmessage({ data: JSON.stringify(told) });
  }
}

afterEach(() => vi.unstubAllGlobals());

test("of what is over nothing is kept, also not who was looked for", async () => {
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("location", new URL("http://console.test/console"));
  const live = new Live({ call: async () => ({ ticket: "t" }) } as unknown as Client, () => undefined, () => undefined);
  live.start();
  await vi.waitFor(() => Line.newest.onopen());
  const search = { type: "search", id: 1, status: "assigned", wave: 1, asked: 1, open: 0, declined: 0 };
  Line.newest.tell(frame({ deliveries: [toldDelivery(1), toldDelivery(2)] }));
  for (const delivery_id of [1, 2]) Line.newest.tell({ ...search, delivery_id });
  Line.newest.tell(frame({ deliveries: [toldDelivery(1, { status: "delivered" })] }));
  expect([[...live.board.deliveries.keys()], [...live.searches.keys()]]).toEqual([[2], [2]]);
  for (const id of [3, 4]) Line.newest.tell({ ...search, status: "exhausted", delivery_id: id });
  Line.newest.tell(frame({ deliveries: [toldDelivery(3, { status: "assigned" }), toldDelivery(4)] })); // somebody has it: nobody took it no more
  expect([...live.searches.keys()]).toEqual([2, 4]);
  Line.newest.tell(frame({ reset: true, deliveries: [toldDelivery(2)] })); // what still matters of searches is told after it
  expect([...live.searches.keys()]).toEqual([]);
  live.stop();
});
