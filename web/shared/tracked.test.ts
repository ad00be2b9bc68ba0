import { expect, test } from "vitest";
import { Client, Refused, type Tokens, Unreachable } from "./client.ts";
import { tracked } from "./tracked.ts";

const TRACK = "/api/deliveries/TRK1/track/";

/** A server to which every access token but `good` has expired; what it was asked, and as whom. */
function server(renewal: () => Response): { client: Client; asked: string[] } {
  const asked: string[] = [];
  let kept: Tokens | null = { access: "old", refresh: "r" };
  const send = async (path: RequestInfo | URL, given?: RequestInit): Promise<Response> => {
    if (path !== TRACK) return renewal();
    const as = (given?.headers as Record<string, string>)["Authorization"] ?? "nobody";
    asked.push(as);
    if (as === "Bearer old") return new Response(JSON.stringify({ code: "token_expired" }), { status: 401 });
    return new Response(JSON.stringify({ hidden: as === "nobody" ? ["after_end"] : [] }));
  };
  const store = { read: () => kept, write: (tokens: Tokens | null) => void (kept = tokens) };
  return { client: new Client(store, send), asked };
}

test("whose sign-in has grown old is told as whose it is, by a new one", async () => {
  const { client, asked } = server(() => new Response(JSON.stringify({ access: "good", refresh: "r2" })));
  expect((await tracked(client, TRACK)).hidden).toEqual([]);
  expect(asked).toEqual(["Bearer old", "Bearer good"]);
});

test("whose sign-in has ended is told what anybody is", async () => {
  const { client, asked } = server(() => new Response("{}", { status: 401 }));
  expect((await tracked(client, TRACK)).hidden).toEqual(["after_end"]);
  expect(asked).toEqual(["Bearer old", "nobody"]);
});

test("while a sign-in cannot be renewed for want of a connection nobody is taken for a stranger", async () => {
  const { client, asked } = server(() => {
    throw new TypeError("no network");
  });
  await expect(tracked(client, TRACK)).rejects.toThrow(Unreachable);
  expect(asked).toEqual(["Bearer old"]);
});

test("what is refused for another reason stays refused", async () => {
  const client = new Client({ read: () => ({ access: "good", refresh: "r" }), write: () => undefined }, async () => new Response("{}", { status: 410 }));
  await expect(tracked(client, TRACK)).rejects.toThrow(Refused);
});
