import { expect, test } from "vitest";
import type { Action } from "./actions.ts";
import { pathOf, viewOf } from "./views.ts";
import { Sieve, pingOf } from "./fixes.ts";
import { type Job, distanceM, inOrder, isYetToCome, navigationLink, stopOf, timesTried, waitsUntil, withActions } from "./jobs.ts";
import { PhoneClock } from "./phone_clock.ts";
import { shrunk } from "../shared/shrinking.ts";
import { ownTracksCode, traccarCode } from "./sources.ts";
import { assetsOf, cacheOf, outdated, wayOf } from "./worker/shell.ts";

const job = (id: number, status: Job["status"] = "assigned", some: Partial<Job> = {}): Job =>
  ({
    id, status, priority: "normal", pickup_address: "Bhaktapur", delivery_address: "Thamel", pickup_latitude: 27.67, pickup_longitude: 85.43,
    delivery_latitude: 27.72, delivery_longitude: 85.32, requested_pickup_date: null, requested_delivery_date: null, estimated_pickup_time: null,
    estimated_delivery_time: null, pickup_contact_name: "Ram", delivery_contact_name: "Sita", pickup_contact_phone: "+977-1", delivery_contact_phone: null,
    pickup_instructions: "", delivery_instructions: "Ring twice", ...some,
  }) as Job;
const did = (kind: Action["kind"], state: Action["state"] = "saved"): Action => ({ kind, state, delivery_id: 1, body: {} }) as unknown as Action;
const ids = (jobs: readonly Job[]): number[] => jobs.map((one) => one.id);

test("the most pressing is first: urgent, then what is due soonest, then the oldest", () => {
  const due = (at: string): Partial<Job> => ({ requested_pickup_date: at });
  const jobs = [job(4), job(3, "assigned", due("2026-11-28T12:00:00Z")), job(2, "assigned", due("2026-11-28T11:00:00Z")), job(1, "assigned", { priority: "urgent" }), job(9, "delivered")];
  expect(ids(inOrder(jobs, 0))).toEqual([1, 2, 3, 4]);
});

test("jobs come in the server's sequence of stops, also after a pickup that it has not heard of, and what has no place in it comes after", () => {
  const stops = (pickup: number | null, dropoff: number): Partial<Job> => ({
    stops: [...(pickup === null ? [] : [{ kind: "pickup" as const, number: pickup, estimated_time: "2026-11-28T11:00:00Z" }]), { kind: "dropoff" as const, number: dropoff, estimated_time: "2026-11-28T12:00:00Z" }],
  });
  const known = [job(5, "assigned", { priority: "urgent" }), job(1, "assigned", stops(1, 4)), job(2, "picked_up", stops(null, 3)), job(3, "assigned", stops(2, 5))];
  expect(ids(inOrder(known, 0))).toEqual([1, 3, 2, 5]);
  expect(ids(inOrder(withActions(known, [did("pickup")]), 0))).toEqual([3, 2, 1, 5]);
  expect(ids(inOrder(withActions(known, [did("pickup"), did("deliver")]), 0))).toEqual([3, 2, 5]);
  expect(stopOf(job(2, "picked_up", stops(null, 3))).due_at).toBe(Date.parse("2026-11-28T12:00:00Z"));
  const promised = { ...stops(1, 2), estimated_pickup_time: "2026-11-28T09:00:00Z" };
  expect(stopOf(job(1, "assigned", promised))).toMatchObject({ due_at: Date.parse("2026-11-28T11:00:00Z"), due: "expected" });
});

test("a parcel that was tried in vain is last until its next try, however pressing it was", () => {
  const again = (starts_at: string): Partial<Job> => ({ priority: "urgent", next_try: { starts_at, ends_at: null, asked_by: "transporter" } });
  const jobs = [job(1, "in_transit", again("2026-11-30T04:15:00Z")), job(2, "in_transit", again("2026-11-29T12:00:00Z")), job(3, "picked_up")];
  expect(ids(inOrder(jobs, Date.parse("2026-11-29T10:00:00Z")))).toEqual([3, 2, 1]);
  expect(ids(inOrder(jobs, Date.parse("2026-11-30T05:00:00Z")))).toEqual([2, 1, 3]);
  expect(waitsUntil(job(1, "in_transit"), 0)).toBeNull();
});

test("what was given back or goes back to its seller is gone, until a dispatcher gives it to this courier again", () => {
  const given = (state: Action["state"]): Action => ({ ...did("give-back", state), happened_at: "2026-11-28T10:00:00Z" });
  const since = (assigned_at: string): Job[] => [job(1, "assigned", { assigned_at })];
  expect(withActions(since("2026-11-28T09:00:00Z"), [given("saved")])).toEqual([]);
  expect(withActions(since("2026-11-28T09:00:00Z"), [given("confirmed")])).toEqual([]);
  expect(ids(withActions(since("2026-11-28T09:00:00Z"), [given("refused")]))).toEqual([1]);
  expect(ids(withActions(since("2026-11-28T10:05:00Z"), [given("confirmed")]))).toEqual([1]);
  expect(withActions([job(1, "in_transit")], [did("return")])).toEqual([]);
});

test("what was done on this phone has happened, unless the server refused it", () => {
  expect(withActions([job(1)], [did("pickup")])[0]?.status).toBe("picked_up");
  expect(withActions([job(1)], [did("pickup"), did("deliver", "sending")])).toEqual([]);
  expect(withActions([job(1)], [did("pickup", "refused")])[0]?.status).toBe("assigned");
  expect(withActions([job(1, "in_transit")], [did("pickup")])[0]?.status).toBe("in_transit");
});

test("an attempt that is kept on the phone says when the next one is, until the server knows it", () => {
  const tried = (state: Action["state"]): Action => ({ ...did("attempts", state), body: { next_try_at: "2026-11-29T04:15:00Z" } });
  expect(withActions([job(1, "picked_up")], [tried("saved")])[0]).toMatchObject({ status: "in_transit", next_try: { starts_at: "2026-11-29T04:15:00Z" } });
  expect(withActions([job(1, "in_transit", { next_try: null })], [tried("confirmed")])[0]?.next_try).toBeNull();
});

test("a list that is older than what the server has confirmed takes nothing back", () => {
  expect(withActions([job(1)], [did("pickup", "confirmed")])[0]?.status).toBe("picked_up");
  expect(withActions([job(1)], [did("pickup", "confirmed"), did("deliver", "confirmed")])).toEqual([]);
});

test("before the pickup the way leads there, afterwards to the door", () => {
  expect(stopOf(job(1))).toMatchObject({ kind: "pickup", address: "Bhaktapur", contact: "Ram", phone: "+977-1" });
  expect(stopOf(job(1, "in_transit"))).toMatchObject({ kind: "dropoff", address: "Thamel", contact: "Sita", instructions: "Ring twice" });
});

test("navigation opens what the phone has", () => {
  const stop = stopOf(job(1));
  expect(navigationLink(stop, "Mozilla/5.0 (Linux; Android 14)")).toBe("geo:27.67,85.43?q=27.67%2C85.43(Bhaktapur)");
  expect(navigationLink(stop, "Mozilla/5.0 (iPhone)")).toBe("maps://?daddr=27.67%2C85.43");
  expect(navigationLink({ ...stop, point: null }, "Android")).toBe("geo:0,0?q=Bhaktapur");
});

test("ways are as the crow flies", () => {
  expect(distanceM({ lat: 27, lon: 85 }, { lat: 27.01, lon: 85 })).toBeCloseTo(1111.95, 0);
});

test("every view has an address that leads back to it", () => {
  for (const view of [{ name: "work" }, { name: "job", id: 7 }, { name: "pickup", id: 7 }, { name: "deliver", id: 7 }, { name: "queue" }, { name: "phone" }] as const) {
    expect(viewOf(pathOf(view))).toEqual(view);
  }
  expect(viewOf("/courier/jobs/0/pickup")).toEqual({ name: "work" });
});

test("positions are sent every few seconds, or sooner where the phone has moved on", () => {
  const sieve = new Sieve();
  const seen = (s: number, north_m = 0) => ({ timestamp: s * 1000, coords: { latitude: 27.7 + north_m / 111_195, longitude: 85.3, accuracy: 5, speed: null, heading: null } });
  expect([seen(0), seen(2), seen(3, 20), seen(4, 21), seen(8, 21)].map((one) => sieve.takes(one))).toEqual([true, false, true, false, true]);
});

test("a phone whose clock is wrong writes the true time, and small differences are nothing", () => {
  const position = { timestamp: Date.UTC(2026, 10, 28, 11), coords: { latitude: 1, longitude: 2, accuracy: 5, speed: Number.NaN, heading: 90 } };
  expect(pingOf(position, new PhoneClock(3_600_000))).toEqual({ lat: 1, lon: 2, recorded_at: "2026-11-28T10:00:00.000Z", accuracy_m: 5, heading_deg: 90 });
  expect(new PhoneClock(900, () => 5_000).now()).toBe(5_000);
  expect(new PhoneClock(-10_000, () => 5_000).now()).toBe(15_000);
});

test("a picture is made as small as it may be and keeps its shape", () => {
  expect([shrunk(4000, 3000), shrunk(3000, 4000), shrunk(800, 600), shrunk(20_000, 1)]).toEqual([
    { width: 1600, height: 1200 }, { width: 1200, height: 1600 }, { width: 800, height: 600 }, { width: 1600, height: 1 },
  ]);
});

test("a code holds what the app needs and nothing else", () => {
  expect(traccarCode("https://shop.example", "dpt-a")).toBe("https://shop.example/api/phones/osmand/?id=dpt-a&interval=15&distance=50&service=true");
  const inline = decodeURIComponent(ownTracksCode("https://shop.example", "dpt-a").split("inline=")[1] ?? "");
  expect(JSON.parse(atob(inline))).toMatchObject({ _type: "configuration", mode: 3, url: "https://shop.example/api/phones/owntracks/", password: "dpt-a" });
});

test("a new page is kept beside the one before, and no third one", () => {
  const html = '<script src="/pages/assets/courier-a.js"></script><link href="/pages/assets/base-b.css"><a href="/other">';
  expect(assetsOf(html)).toEqual(["/pages/assets/base-b.css", "/pages/assets/courier-a.js"]);
  expect(cacheOf(html)).toBe("courier-base-b.css|courier-a.js");
  expect(outdated(["courier-1", "else", "courier-2", "courier-3"], "courier-3")).toEqual(["courier-1"]);
  expect(outdated(["courier-1"], "courier-1")).toEqual([]);
});

test("pages come from the network first, files from what is kept, everything else is none of the worker's", () => {
  const asked = (path: string, mode = "cors", method = "GET") => wayOf({ method, mode, url: `https://shop.example${path}` }, "https://shop.example");
  expect([asked("/courier", "navigate"), asked("/courier/jobs/7", "navigate"), asked("/couriers", "navigate")]).toEqual(["shell", "shell", "network"]);
  expect([asked("/pages/assets/a-1.js"), asked("/api/deliveries/"), asked("/pages/assets/a-1.js", "cors", "POST")]).toEqual(["asset", "network", "network"]);
  expect(wayOf({ method: "GET", mode: "cors", url: "https://else.example/pages/assets/a.js" }, "https://shop.example")).toBe("network");
});

test("what was asked for is told apart from what is only expected", () => {
  const at = "2026-11-28T11:00:00Z";
  expect(stopOf(job(1, "picked_up", { requested_delivery_date: at })).due).toBe("by");
  expect(stopOf(job(1, "picked_up", { estimated_delivery_time: at })).due).toBe("expected");
  expect(stopOf(job(1, "assigned", { estimated_pickup_time: at })).due).toBe("expected");
  expect(stopOf(job(1, "in_transit", { next_try: { starts_at: at, ends_at: null, asked_by: "transporter" } })).due).toBe("again");
});

test("an attempt counts from when it is saved on, once, however late the server's list tells of it and whatever its answer is then", () => {
  const tried = (state: Action["state"], before: number): Action => ({ ...did("attempts", state), tried: before });
  const told = (times: number): Job => job(1, "in_transit", { attempts_left: 3 - times, attempts: new Array<Job["attempts"][number]>(times) });
  const left = (times: number, ...actions: Action[]): number | undefined => withActions([told(times)], actions)[0]?.attempts_left;
  for (const state of ["saved", "sending", "confirmed"] as const) expect([left(0, tried(state, 0)), left(1, tried(state, 0))]).toEqual([2, 2]);
  expect([left(1, tried("confirmed", 0), tried("confirmed", 1)), left(1, tried("confirmed", 0), tried("refused", 1))]).toEqual([1, 2]);
  expect([timesTried(told(1), [tried("confirmed", 0), tried("sending", 1)]), timesTried(told(0), [])]).toEqual([2, 0]);
});

test("that a parcel is damaged or lost is no try of it, also before the server knows", () => {
  const told = { ...did("attempts"), body: { reason: "damaged" } };
  expect(withActions([job(1, "in_transit", { attempts_left: 2 })], [told])[0]?.attempts_left).toBe(2);
});

test("an attempt that the server does not know yet counts among those that were made", () => {
  const left = (...actions: Action[]): number | undefined => withActions([job(1, "in_transit", { attempts_left: 2 })], actions)[0]?.attempts_left;
  expect([left(), left(did("attempts")), left(did("attempts"), did("attempts", "sending")), left(did("attempts", "refused")), left(did("attempts", "confirmed"))]).toEqual([2, 1, 0, 2, 2]);
});

test("whoever comes to fetch a parcel is told when it is ready as long as it is not", () => {
  const ready = "2026-11-28T12:00:00Z";
  expect([isYetToCome(ready, Date.parse(ready) - 1), isYetToCome(ready, Date.parse(ready)), isYetToCome(null, 0), isYetToCome(undefined, 0)]).toEqual([true, false, false, false]);
});
