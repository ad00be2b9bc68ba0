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

/** An answer that has begun, and of which `rest` makes the end. */
const begun = (rest: (body: ReadableStreamDefaultController<Uint8Array>, signal: AbortSignal) => void): typeof fetch => async (_path, init) =>
  new Response(
    new ReadableStream({
      start(body) {
        body.enqueue(new TextEncoder().encode('{"done": '));
        rest(body, init?.signal as AbortSignal);
      },
    }),
  );

test("an answer that breaks off, or is not our server's, is not taken for an empty one: nothing came back", async () => {
  const broken = begun((body) => body.error(new TypeError("the network went away")));
  const portal: typeof fetch = async () => new Response("<html>Sign in to this network</html>");
  for (const sent of [broken, portal]) await expect(new Client(store(null), sent).call("/a", { method: "POST" })).rejects.toBeInstanceOf(Unreachable);
  const empty: typeof fetch = async () => new Response(null, { status: 204 });
  expect(await new Client(store(null), empty).call("/a", { method: "DELETE" })).toBeNull();
});

test.each([401, 403, 404])("a refusal %i that is not our server's, such as that of what stands between, refuses nothing and signs nobody out", async (status) => {
  const kept = store({ access: "old", refresh: "r1" });
  const between: typeof fetch = async () => new Response("<html>Prove that you are no robot</html>", { status });
  await expect(new Client(kept, between).call("/a", { method: "POST" })).rejects.toBeInstanceOf(Unreachable);
  expect(kept.tokens).toEqual({ access: "old", refresh: "r1" });
});

test("an answer that has begun and of which the rest never comes is waited for no longer than one that never begins", async () => {
  vi.useFakeTimers();
  const silent = begun((body, signal) => signal.addEventListener("abort", () => body.error(new Error("aborted"))));
  const asked = new Client(store(null), silent).call("/a", { patience_s: 10 }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([await asked, vi.getTimerCount()]).toEqual([expect.any(Unanswered), 0]);
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

const tokensOf = (person: number): Tokens => ({ access: `h.${btoa(JSON.stringify({ sub: String(person) }))}.s`, refresh: `r${person}` });

test("a page that is open for one person asks and tells nothing in the name of another who signed in elsewhere since", async () => {
  const kept = store(tokensOf(1));
  const there = server((path) => (path === "/late" ? { status: 401, body: { detail: "ended", code: "token_expired" } } : { status: 200, body: { path } }));
  const page = new Client(kept, there.fetch);
  const client = page.of(1);
  await client.call("/a");
  kept.tokens = tokensOf(2);
  await expect(client.call("/b")).rejects.toMatchObject({ status: 401 });
  await page.call("/who"); // what everybody may see is asked as whoever is signed in
  await client.signOut();
  expect([kept.tokens, client.outdated, there.asked.map((one) => one.split(" ")[1])]).toEqual([tokensOf(2), true, ["/a", "/who"]]);

  kept.tokens = tokensOf(1);
  const late = client.call("/late");
  kept.tokens = tokensOf(2); // while the answer is on its way
  await expect(late).rejects.toMatchObject({ status: 401 });
  expect(there.asked.slice(2).map((one) => one.split(" ")[1])).toEqual(["/late"]);
});

test("what takes several calls and began for one person ends in nobody else's name, though another asks for the same page by then", async () => {
  const kept = store(tokensOf(1));
  const there = server((path) => ({ status: 200, body: { path } }));
  const page = new Client(kept, there.fetch);
  const own = page.of(1);
  await own.call("/part");
  kept.tokens = tokensOf(2);
  await expect(own.call("/step", { method: "POST" })).rejects.toMatchObject({ status: 401 });
  await page.of(2).call("/of-the-other");
  expect(there.asked.map((one) => one.split(" ")[1])).toEqual(["/part", "/of-the-other"]);
});

test("calls of a page and of its person alone wait for one renewal", async () => {
  const kept = store(tokensOf(1));
  const renewed = { ...tokensOf(1), access: `${tokensOf(1).access}2`, refresh: "r1b" };
  const there = server((path, token) => {
    if (path === REFRESH) return { status: 200, body: renewed };
    return token === renewed.access ? { status: 200, body: { path } } : { status: 401, body: { detail: "ended", code: "x" } };
  });
  const page = new Client(kept, there.fetch);
  await Promise.all([page.call("/a"), page.of(1).call("/b")]);
  expect(there.asked.filter((one) => one.includes(REFRESH))).toHaveLength(1);
});

test.each([
  ["signed out", null],
  ["followed by another", tokensOf(2)],
])("a renewal that is answered after its person was %s in another tab changes nothing of that", async (_, meanwhile) => {
  for (const status of [200, 401]) {
    const kept = store(tokensOf(1));
    const there = server((path) => {
      if (path !== REFRESH) return { status: 401, body: { detail: "ended", code: "x" } };
      kept.tokens = meanwhile;
      return { status, body: status === 200 ? { access: "late", refresh: "late" } : { detail: "ended", code: "x" } };
    });
    const client = new Client(kept, there.fetch).of(1);
    await expect(client.call("/a")).rejects.toMatchObject({ status: 401 });
    expect([kept.tokens, there.asked.length]).toEqual([meanwhile, 2]);
  }
});
