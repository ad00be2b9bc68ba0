import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Client } from "../shared/client.ts";
import { FollowedParcel, type Seen } from "./following_parcel.ts";
import type { Parcel } from "./parcel.ts";

const parcel = (status: Parcel["status"]) => ({ tracking_number: "TRK1", status, eta: null, position: null, events: [], hidden: [] }) as unknown as Parcel;

class Stream {
  static last: Stream;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  constructor(readonly url = "") {
    Stream.last = this;
  }
  addEventListener(): void {}
  close(): void {}
  says(status: Parcel["status"]): void {
    this.tells({ type: "status", status, message: "", timestamp: "" });
  }
  tells(frame: object): void {
    this.onmessage?.({ data: JSON.stringify({ offset: "1", ...frame }) } as MessageEvent<string>);
  }
}

/** What was asked, in order; each is answered when the test says so. */
let asked: { answer: (status: Parcel["status"]) => Promise<void>; fail: () => Promise<void> }[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("document", { hidden: false, addEventListener: () => undefined, removeEventListener: () => undefined });
  vi.stubGlobal("fetch", () => new Promise<Response>((answered, failed) => {
    const told = async (tell: () => void): Promise<void> => {
      tell();
      await vi.advanceTimersByTimeAsync(0);
    };
    asked.push({ answer: (status) => told(() => answered(new Response(JSON.stringify(parcel(status))))), fail: () => told(() => failed(new TypeError("no network"))) });
  }));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function followed(): { page: FollowedParcel; told: Seen[] } {
  const told: Seen[] = [];
  const page = new FollowedParcel(parcel("assigned"), "TRK1", (seen) => told.push(seen));
  page.start();
  Stream.last.onopen?.({} as Event);
  return { page, told };
}

test("of two answers the one that was asked for last stands, whichever comes first", async () => {
  const { page } = followed();
  Stream.last.says("picked_up");
  await vi.advanceTimersByTimeAsync(300);
  Stream.last.says("in_transit");
  await vi.advanceTimersByTimeAsync(300);
  expect(asked.length).toBe(2);
  await asked[1]?.answer("in_transit");
  await asked[0]?.answer("picked_up");
  expect(page.seen.parcel.status).toBe("in_transit");
});

test("an answer that was asked for before a step was told takes the step back for no moment", async () => {
  const { page, told } = followed();
  Stream.last.says("picked_up");
  await vi.advanceTimersByTimeAsync(300);
  Stream.last.says("delivered");
  await asked[0]?.answer("picked_up");
  expect(page.seen.parcel.status).toBe("delivered");
  await vi.advanceTimersByTimeAsync(300);
  await asked[1]?.answer("delivered");
  expect(told.map(({ parcel: { status } }) => status).slice(told.findIndex((one) => one.parcel.status === "delivered"))).not.toContain("picked_up");
});

test("what else happened with a step is asked for until it is answered", async () => {
  const { page } = followed();
  Stream.last.says("picked_up");
  await vi.advanceTimersByTimeAsync(300);
  await asked[0]?.fail();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked.length).toBe(2);
  page.stop();
  await asked[1]?.fail();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBe(2);
});

test("a page that follows by other rights by now hears nothing of what was asked before", async () => {
  const { page, told } = followed();
  void page.renew();
  page.stop();
  const before = told.length;
  await asked[0]?.answer("picked_up");
  expect(told.length).toBe(before);
});

test("when it comes is told by a newer frame, not by an answer that was asked for before", async () => {
  const { page } = followed();
  Stream.last.says("picked_up");
  await vi.advanceTimersByTimeAsync(300);
  const eta = { earliest: new Date(Date.now() + 600_000).toISOString(), latest: new Date(Date.now() + 900_000).toISOString(), stops_before: 2 };
  Stream.last.tells({ type: "snapshot", status: "picked_up", position: null, eta });
  await asked[0]?.answer("picked_up");
  expect(page.seen.stops_before).toBe(2);
});

test("whose parcel it is, is asked for no code once it is over", async () => {
  const signed: unknown[] = [];
  vi.stubGlobal("fetch", async (_: string, { headers }: { headers: Record<string, string> }) => {
    signed.push(headers["Authorization"]);
    return new Response(JSON.stringify({ ...parcel("delivered"), code_shows: [] }));
  });
  const put_away = { ...parcel("delivered"), hidden: ["after_end"], code_shows: ["after_end"] } as unknown as Parcel;
  const page = new FollowedParcel(put_away, "TRK1", () => undefined);
  page.start();
  expect(signed).toEqual([]);
  page.askAs(new Client({ read: () => ({ access: "theirs", refresh: "" }), write: () => undefined }));
  await vi.waitFor(() => expect(page.seen.parcel.hidden).toEqual([]));
  expect(signed).toEqual(["Bearer theirs"]);
});

test("whose parcel it is follows by the stream what the code shows, and is told where it is", async () => {
  const position = { lat: 27.7, lon: 85.3, recorded_at: new Date().toISOString(), accuracy_m: 5, age_s: 1 };
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ ...parcel("in_transit"), position, code_shows: [], unlock: "1.signed" })));
  const hidden = { ...parcel("in_transit"), hidden: ["position"], code_shows: ["position"] } as unknown as Parcel;
  const page = new FollowedParcel(hidden, "TRK1", () => undefined);
  page.start();
  Stream.last.onopen?.({} as Event);
  Stream.last.tells({ type: "snapshot", status: "in_transit", position: null, eta: null });
  page.askAs(new Client({ read: () => ({ access: "theirs", refresh: "" }), write: () => undefined }));
  await vi.waitFor(() => expect(Stream.last.url).toBe("/api/deliveries/TRK1/events/?unlock=1.signed"));
  const moved = Stream.last;
  moved.onopen?.({} as Event);
  moved.tells({ type: "snapshot", status: "in_transit", position, eta: null });
  await page.renew();
  expect([page.seen.fix?.lat, Stream.last]).toEqual([27.7, moved]);
});

test("what happened after the page was written and before its stream opened is asked for, though it stands as before", async () => {
  followed();
  Stream.last.tells({ type: "snapshot", status: "assigned", position: null, eta: null });
  await vi.advanceTimersByTimeAsync(300);
  expect(asked.length).toBe(1);
});
