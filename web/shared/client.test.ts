import { expect, test, vi } from "vitest";
import { Client, Refused, type TokenStore, type Tokens, Unanswered, Unreachable, refusal } from "./client.ts";

type Reply = { status: number; body: unknown; headers?: Record<string, string> };

function store(tokens: Tokens | null): TokenStore & { tokens: Tokens | null } {
  return {
    tokens,
    read() {
      return this.tokens;
    },
    write(given) {
      this.tokens = given;
    },
  };
}

/** A server that answers by its rule and remembers who asked for what. */
function server(rule: (path: string, token: string | null, body: unknown) => Reply | Promise<Reply>): {
  asked: string[];
  fetch: typeof fetch;
} {
  const asked: string[] = [];
  return {
    asked,
    fetch: async (path, init) => {
      const token = new Headers(init?.headers).get("Authorization")?.replace("Bearer ", "") ?? null;
      asked.push(`${init?.method} ${String(path)} ${token ?? "-"}`);
      const reply = await rule(String(path), token, init?.body === undefined ? null : JSON.parse(String(init.body)));
      return new Response(JSON.stringify(reply.body), { status: reply.status, headers: reply.headers ?? {} });
    },
  };
}

const REFRESH = "/api/v1/auth/token/refresh/";

test("calls that meet an old token wait for one renewal and are made again", async () => {
  const kept = store({ access: "old", refresh: "r1" });
  const there = server((path, token) => {
    if (path === REFRESH) return { status: 200, body: { access: "new", refresh: "r2" } };
    return token === "new" ? { status: 200, body: { path } } : { status: 401, body: { detail: "ended", code: "x" } };
  });
  const client = new Client(kept, there.fetch);
  expect(await Promise.all(["/a", "/b", "/c"].map((path) => client.call(path)))).toEqual([{ path: "/a" }, { path: "/b" }, { path: "/c" }]);
  expect(there.asked.filter((one) => one.includes(REFRESH))).toEqual([`POST ${REFRESH} -`]);
  expect(kept.tokens).toEqual({ access: "new", refresh: "r2" });
});

test("who cannot renew is signed out and told what the server said", async () => {
  const kept = store({ access: "old", refresh: "r1" });
  const there = server(() => ({ status: 401, body: { detail: "Sign in first.", code: "not_signed_in" } }));
  await expect(new Client(kept, there.fetch).call("/a")).rejects.toMatchObject({ status: 401, code: "not_signed_in", message: "Sign in first." });
  expect(kept.tokens).toBeNull();
});

test("a server that is away for a moment signs nobody out", async () => {
  const kept = store({ access: "old", refresh: "r1" });
  const there = server((path) => ({ status: path === REFRESH ? 503 : 401, body: { detail: "later", code: "unavailable" } }));
  await expect(new Client(kept, there.fetch).call("/a")).rejects.toBeInstanceOf(Refused);
  expect(kept.tokens).toEqual({ access: "old", refresh: "r1" });
});

test("no connection is another error than a refusal", async () => {
  const client = new Client(store(null), () => Promise.reject(new TypeError("failed")));
  await expect(client.call("/a")).rejects.toBeInstanceOf(Unreachable);
});

test.each([
  [{ detail: "Wrong.", code: "invalid", errors: { "delivery_info.phone": "must be a phone number" } }, "Wrong.", "invalid"],
  [{ status: "error", message: "Wrong.", error_code: "INVALID", errors: { "delivery_info.phone": "must be a phone number" } }, "Wrong.", "invalid"],
  [{ success: false, error: "Wrong.", suggestions: [], code: "invalid", errors: { "delivery_info.phone": "must be a phone number" } }, "Wrong.", "invalid"],
])("an error of each section of the API is read alike: %j", (body, message, code) => {
  const read = refusal(400, body, null);
  expect([read.message, read.code, read.fields]).toEqual([message, code, { "delivery_info.phone": "must be a phone number" }]);
});

test("an answer that is no error of ours still says its status, and when to come again", () => {
  const read = refusal(502, null, "30");
  expect([read.message, read.retry_after_s]).toEqual(["HTTP 502", 30]);
});

test("a question that nobody answers ends by itself, and says that it is not known whether it was done", async () => {
  vi.useFakeTimers();
  const silent: typeof fetch = (_path, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  const asked = new Client(store(null), silent).call("/api/assignment-plans/", { patience_s: 120 }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(119_000);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await asked).toBeInstanceOf(Unanswered);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("what is sent again while its first try is still answered waits for that answer instead of failing", async () => {
  vi.useFakeTimers();
  let turn = 0;
  const there = server(() => (++turn < 3 ? { status: 409, body: { detail: "Under way.", error_code: "REQUEST_IN_FLIGHT" } } : { status: 200, body: { done: true } }));
  const client = new Client(store({ access: "a", refresh: "r" }), there.fetch);
  const asked = client.call("/a", { method: "POST", idempotencyKey: "k" });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asked).toEqual({ done: true });
  expect(there.asked).toHaveLength(3);
  vi.useRealTimers();
});

test("a first try that is never answered ends as what nobody knows, so that its key is kept", async () => {
  vi.useFakeTimers();
  const there = server(() => ({ status: 409, body: { detail: "Under way.", code: "request_in_flight" } }));
  const asked = new Client(store(null), there.fetch).call("/a", { method: "POST", idempotencyKey: "k", patience_s: 10 }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await asked).toBeInstanceOf(Unanswered);
  vi.useRealTimers();
});

test("another conflict is the last word at once", async () => {
  const there = server(() => ({ status: 409, body: { detail: "Gone.", code: "already_assigned" } }));
  await expect(new Client(store(null), there.fetch).call("/a", { method: "POST", idempotencyKey: "k" })).rejects.toMatchObject({ code: "already_assigned" });
  expect(there.asked).toHaveLength(1);
});
