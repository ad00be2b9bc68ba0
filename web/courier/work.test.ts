import { afterEach, expect, test, vi } from "vitest";
import { Client, Refused } from "../shared/client.ts";
import { memoryStore } from "../shared/stores.ts";
import { Asking } from "./asking.ts";
import { type Row, wholeJobs } from "./deliveries_api.ts";
import type { Job } from "./jobs.ts";
import { Work } from "./work.ts";
import type { Profile } from "./work_state.ts";

afterEach(() => vi.unstubAllGlobals());

test("work that ends before what the phone keeps is open begins nothing that nobody would end", async () => {
  const opened: string[] = [];
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal(
    "BroadcastChannel",
    class {
      constructor(name: string) {
        opened.push(name);
      }
      addEventListener(): void {}
      close(): void {}
    },
  );
  const client = new Client(memoryStore(), () => Promise.reject(new TypeError("no network")));
  new Work(client, 7).start()();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(opened).toEqual([]);
});

test("before what the phone keeps was read nobody says that nothing of it waits to be sent", async () => {
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", new EventTarget());
  const work = new Work(new Client(memoryStore(), () => Promise.reject(new TypeError("no network"))), 7);
  const stop = work.start();
  expect(work.state.waits_known).toBe(false);
  await new Promise<void>((known) => {
    work.subscribe(() => {
      if (!work.state.waits_known) return;
      stop(); // before anything else is begun
      known();
    });
  });
});

test("what changes what a courier may ask for waits for what is being asked, and is asked about before anything else is", async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const network: typeof fetch = (url, init) =>
    new Promise((resolve) => {
      asked.push(`${init?.method ?? "GET"} ${new URL(String(url), "http://here").pathname}`);
      answers.push(() => resolve(new Response(JSON.stringify({ type: "about:blank", code: "gone", detail: "No longer." }), { status: 404 })));
    });
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", new EventTarget());
  const client = new Client(memoryStore(), network);
  const work = new Work(client, 7);
  const first = work.refresh();
  const changing = work.alone(() => client.call("/changed", { method: "POST" }).catch(() => undefined));
  await vi.waitFor(() => expect(asked).toEqual(["GET /api/transporters/me/"]));
  answers.pop()?.();
  await first;
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  const meanwhile = work.refresh();
  expect(asked[1], "nothing is asked meanwhile").toBe("POST /changed");
  answers.pop()?.();
  await meanwhile;
  await vi.waitFor(() => expect(asked).toEqual(["GET /api/transporters/me/", "POST /changed", "GET /api/transporters/me/"]));
  answers.pop()?.();
  await changing;
});

test("papers that are no longer in order since it was asked who this is leave nothing that waits, and are no trouble", async () => {
  const refused: typeof fetch = async () => new Response(JSON.stringify({ code: "documents_not_in_order", detail: "Expired." }), { status: 403 });
  const asking = new Asking(new Client(memoryStore(), refused));
  expect(await asking.waiting({ is_verified: true } as Profile)).toEqual([]);
  await expect(asking.offers()).rejects.toThrow();
});

const PROFILE = { id: 3, is_verified: false, is_available: false };

/** Work of somebody of whom the server says what is set here, and what it was asked. */
function ofSomebody(says: () => Response): { work: Work; client: Client; asked: string[] } {
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", new EventTarget());
  const asked: string[] = [];
  const client = new Client(memoryStore(), async (url, init) => {
    const what = `${init?.method ?? "GET"} ${new URL(String(url), "http://here").pathname}`;
    asked.push(what);
    if (what.endsWith("/transporters/me/")) return says();
    return new Response(JSON.stringify({ count: 0, results: [], offers: [], server_time: new Date().toISOString() }));
  });
  return { work: new Work(client, 7), client, asked };
}

const told = (status: number, body: unknown = { code: "not_found", detail: "None." }): (() => Response) => () => new Response(JSON.stringify(body), { status });

test("whoever has no profile has none until the server tells one, also where it cannot answer meanwhile", async () => {
  let says = told(404);
  const { work } = ofSomebody(() => says());
  expect(work.state.lacks_profile, "nobody has said so yet").toBe(false);
  await work.refresh();
  expect([work.state.lacks_profile, work.state.problem]).toEqual([true, null]);
  says = told(503);
  await work.alone(async () => undefined);
  expect(work.state.lacks_profile).toBe(true);
  says = told(200, PROFILE);
  await work.refresh();
  expect([work.state.lacks_profile, work.state.profile]).toEqual([false, PROFILE]);
});

test("without a profile nothing is asked again until one was made, here or elsewhere", async () => {
  let says = told(404);
  const { work, client, asked } = ofSomebody(() => says());
  await work.refresh();
  await work.refresh();
  await work.again();
  await expect(work.alone(async () => Promise.reject(new Error("not all fits")))).rejects.toThrow();
  await work.refresh();
  expect(asked).toEqual(["GET /api/transporters/me/"]);
  const elsewhere = new Refused(409, "conflict", "There is one.");
  await expect(work.alone(async () => Promise.reject(elsewhere))).rejects.toThrow();
  await work.refresh();
  expect(asked).toHaveLength(2);
  says = told(200, PROFILE);
  await work.alone(() => client.call("/api/transporters/", { method: "POST" }));
  expect(asked.slice(2, 4)).toEqual(["POST /api/transporters/", "GET /api/transporters/me/"]);
  expect(work.state.profile).toEqual(PROFILE);
});

test("a delivery that ended after its row was read leaves the list, and is no trouble to the others", async () => {
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", new EventTarget());
  const rows = [{ id: 10, status: "picked_up", estimated_delivery_time: null }, { id: 11, status: "picked_up", estimated_delivery_time: null }];
  const client = new Client(memoryStore(), async (url) => {
    const { pathname, searchParams } = new URL(String(url), "http://here");
    if (pathname.endsWith("/transporters/me/")) return told(200, PROFILE)();
    if (pathname.endsWith("/deliveries/10/")) return told(404)();
    if (pathname.endsWith("/deliveries/11/")) return told(200, rows[1])();
    if (pathname.endsWith("/transporters/3/deliveries/") && searchParams.get("status") === "picked_up") return told(200, { results: rows })();
    return told(200, { count: 0, results: [], offers: [], server_time: new Date().toISOString() })();
  });
  const work = new Work(client, 7);
  await work.refresh();
  expect(work.state.known_jobs).toEqual([rows[1]]);
  expect([work.state.problem, work.state.reachable]).toEqual([null, true]);
});

test("a delivery of which a step is being told is not asked for until that is answered", async () => {
  const asked: string[] = [];
  const client = new Client(memoryStore(), async (url) => {
    asked.push(new URL(String(url), "http://here").pathname);
    return told(200, { id: 11, status: "picked_up" })();
  });
  const row = (id: number): Row => ({ id, status: "delivered", estimated_delivery_time: null });
  const before = { id: 10, status: "picked_up" } as Job;
  const jobs = await wholeJobs(client, [row(10), row(11)], [], [before]);
  expect(jobs).toEqual([before, { id: 11, status: "picked_up" }]);
  expect(asked).toEqual(["/api/deliveries/11/"]);
});

test("what is answered at opening is not asked a second time where it says that there is no profile", async () => {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  const { work, asked } = ofSomebody(told(404));
  const end = work.start();
  await vi.waitFor(() => expect(work.state.lacks_profile).toBe(true));
  end();
  expect(asked.filter((one) => one === "GET /api/transporters/me/")).toHaveLength(1);
});
