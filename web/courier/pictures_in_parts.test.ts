import { expect, test } from "vitest";
import { type Call, Refused, Unreachable } from "../shared/client.ts";
import { type Action, type Uploads, requestOf } from "./actions.ts";
import { tellAction } from "./deliveries_api.ts";
import { KeptInMemory } from "./kept.ts";
import { Outbox } from "./outbox.ts";
import { PART_BYTES, PicturesInParts, SHORT_BYTES, percentSent } from "./pictures_in_parts.ts";

const LENGTH = PART_BYTES * 2 + 1000;
const picture = (length = LENGTH): string => `data:image/jpeg;base64,${btoa(Array.from({ length }, (_, at) => String.fromCharCode(at % 251)).join(""))}`;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** A server that takes pictures in parts, over a network that breaks off before so many more calls. */
class Server {
  readonly uploads = new Map<string, { bytes: number[]; length: number }>();
  readonly told: { path: string; body: Record<string, unknown>; key: string | undefined }[] = [];
  readonly calls: string[] = [];
  breaksAfter = Infinity;
  losesAnswer = false;
  takesParts = true;
  refusing: Refused | null = null;

  async call<Answer>(path: string, { method = "GET", body, idempotencyKey }: Call = {}): Promise<Answer> {
    if (this.breaksAfter-- <= 0) throw new Unreachable("no connection");
    const name = `${method} ${path.replace(/[0-9]+\//, "N/")}`;
    this.calls.push(name);
    const answer = await this.#answer(method, path, body, idempotencyKey);
    if (this.losesAnswer && method === "PATCH") {
      this.losesAnswer = false;
      throw new Unreachable("the answer was lost");
    }
    return answer as Answer;
  }

  async #answer(method: string, path: string, body: unknown, key: string | undefined): Promise<unknown> {
    if (!path.startsWith("/api/uploads/")) {
      if (this.refusing !== null) throw this.refusing;
      this.told.push({ path, body: body as Record<string, unknown>, key });
      return {};
    }
    if (!this.takesParts) throw new Refused(404, "not_found", "There is no such page.");
    if (method === "POST") {
      const id = String(this.uploads.size + 1);
      this.uploads.set(id, { bytes: [], length: (body as { length: number }).length });
      return this.#state(id);
    }
    const id = path.split("/")[3] ?? "";
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new Refused(404, "upload_not_found", "There is no such upload, or it is over.");
    if (method === "DELETE") return void this.uploads.delete(id);
    if (method === "PATCH") {
      const offset = Number(new URLSearchParams(path.split("?")[1]).get("offset"));
      if (offset !== upload.bytes.length) throw new Refused(409, "wrong_offset", "This part does not begin where the last one ended.");
      upload.bytes.push(...new Uint8Array(await (body as Blob).arrayBuffer()));
    }
    return this.#state(id);
  }

  #state(id: string): unknown {
    return { id, offset: this.uploads.get(id)?.bytes.length, part_bytes: 2 ** 20 };
  }
}

/** A page as it is opened, perhaps not for the first time, with what the phone has kept. */
async function opened(server: Server, kept: KeptInMemory): Promise<{ outbox: Outbox; seen: (number | null)[] }> {
  const pictures = new PicturesInParts(server);
  const seen: (number | null)[] = [];
  const outbox = new Outbox(
    kept,
    { now: () => 0, later: () => null, cancel: () => undefined, newKey: () => "key", send: (action, note) => tellAction(server, pictures, action, note), drop: (uploads) => void pictures.drop(uploads), alone: (_number, _waits, run) => run(), tell: () => undefined },
    (actions) => seen.push(...actions.map(percentSent)),
    () => undefined,
  );
  await outbox.start();
  return { outbox, seen };
}

const handedOver = { kind: "deliver" as const, delivery_id: 7, title: "Thamel", happened_at: "2026-11-28T10:00:00.000Z", body: { delivery_photo: picture() } };

test("a long picture goes in parts before its step, and the step names it", async () => {
  const server = new Server();
  const { outbox, seen } = await opened(server, new KeptInMemory());
  await outbox.add(handedOver);
  await settled();
  expect(server.calls).toEqual(["POST /api/uploads/", ...[0, 1, 2].map((part) => `PATCH /api/uploads/N/?offset=${part * PART_BYTES}`), "POST /api/deliveries/N/deliver/"]);
  expect(server.uploads.get("1")?.bytes).toEqual(Array.from({ length: LENGTH }, (_, at) => at % 251));
  expect(server.told).toEqual([{ path: "/api/deliveries/7/deliver/", body: { delivery_photo: "upload:1", happened_at: handedOver.happened_at }, key: "key 1" }]);
  expect(seen).toEqual(expect.arrayContaining([0, 49, 99, null]));
});

test.each([1, 2, 3, 4])("a network that breaks off after %i calls is gone on over where it stopped, by a page that is opened anew", async (calls) => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.breaksAfter = calls;
  await (await opened(server, kept)).outbox.add(handedOver);
  await settled();
  expect(server.told).toEqual([]);
  server.breaksAfter = Infinity;
  await opened(server, kept);
  await settled();
  expect(server.told.map((one) => one.body["delivery_photo"])).toEqual(["upload:1"]);
  expect(server.calls.filter((one) => one.startsWith("PATCH"))).toEqual([0, 1, 2].map((part) => `PATCH /api/uploads/N/?offset=${part * PART_BYTES}`));
  expect(await kept.actions()).toEqual([]);
});

test("a part whose answer was lost is not sent twice", async () => {
  const server = new Server();
  server.losesAnswer = true;
  const { outbox } = await opened(server, new KeptInMemory());
  await outbox.add(handedOver);
  await settled();
  outbox.hurry();
  await settled();
  expect(server.calls.filter((one) => one.startsWith("PATCH")).length).toBe(3);
  expect(server.told.length).toBe(1);
});

test("what the server has dropped meanwhile is begun anew, and a step that names something else bears another key", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.breaksAfter = 3;
  await (await opened(server, kept)).outbox.add(handedOver);
  await settled();
  server.uploads.set("1", { bytes: [], length: 0 });
  server.uploads.delete("1");
  server.uploads.set("other", { bytes: [], length: 0 });
  server.breaksAfter = Infinity;
  await opened(server, kept);
  await settled();
  expect(server.told.map((one) => [one.body["delivery_photo"], one.key])).toEqual([["upload:2", "key 2"]]);
});

test.each([
  ["has no such upload", (server: Server) => (server.takesParts = false)],
  ["keeps as many as it may", (server: Server) => void (server.call = refusingUploads(server))],
])("where the server %s, the picture goes with the step", async (_, prepare) => {
  const server = new Server();
  prepare(server);
  const { outbox } = await opened(server, new KeptInMemory());
  await outbox.add(handedOver);
  await settled();
  expect(server.told.map((one) => one.body["delivery_photo"])).toEqual([handedOver.body.delivery_photo]);
});

test("an upload of which every part is refused is given up and does not stay open, and the picture goes with the step", async () => {
  const server = new Server();
  const call = server.call.bind(server);
  server.call = async <Answer>(path: string, given: Call = {}): Promise<Answer> => {
    if (given.method === "PATCH") throw new Refused(409, "wrong_offset", "This part does not begin where the last one ended.");
    return await call<Answer>(path, given);
  };
  const { outbox } = await opened(server, new KeptInMemory());
  await outbox.add(handedOver);
  await settled();
  expect(server.told.map((one) => one.body["delivery_photo"])).toEqual([handedOver.body.delivery_photo]);
  expect(server.uploads.size).toBe(0);
});

function refusingUploads(server: Server): Server["call"] {
  const call = server.call.bind(server);
  return async <Answer>(path: string, given: Call = {}): Promise<Answer> => {
    if (path === "/api/uploads/") throw new Refused(409, "too_many_uploads", "10 of your uploads are open.");
    return await call<Answer>(path, given);
  };
}

test("a short picture goes with the step: it is one part anyway", async () => {
  const server = new Server();
  const { outbox } = await opened(server, new KeptInMemory());
  await outbox.add({ ...handedOver, body: { signature: picture(SHORT_BYTES - 3) } });
  await settled();
  expect(server.calls).toEqual(["POST /api/deliveries/N/deliver/"]);
});

test("a step that is refused keeps its picture on the phone, and leaves no upload that waits", async () => {
  const [server, kept] = [new Server(), new KeptInMemory()];
  server.refusing = new Refused(409, "no_longer_yours", "This delivery is no longer yours.");
  await (await opened(server, kept)).outbox.add(handedOver);
  await settled();
  expect(await kept.actions()).toMatchObject([{ state: "refused", body: handedOver.body }]);
  expect((await kept.actions())[0]?.uploads ?? {}).toEqual({});
  expect(server.uploads.size).toBe(0);
});

test("a whole upload that the server cannot use is sent with the step instead, whose words count", async () => {
  const server = new Server();
  const uploads: Uploads = { delivery_photo: { id: "9", offset: LENGTH, length: LENGTH } };
  const action: Action = { ...handedOver, number: 1, key: "key", state: "sending", failures: 0, not_before: 0, refusal: null, uploads };
  const told: unknown[] = [];
  const client = {
    call: async <Answer>(_: string, { body }: Call = {}): Promise<Answer> => {
      const sent = (body as Record<string, unknown>)["delivery_photo"];
      told.push(sent);
      if (sent === "upload:9") throw new Refused(400, "invalid", "A picture cannot be used.", { delivery_photo: "names an upload that cannot be used" });
      return {} as Answer;
    },
  };
  await tellAction(client, new PicturesInParts(server), action, async () => undefined);
  expect(told).toEqual(["upload:9", handedOver.body.delivery_photo]);
  expect(requestOf(action).key).not.toBe(requestOf({ ...action, uploads: {} }).key);
});

test("how much is there is told while it is on its way, and not afterwards", () => {
  const half = { delivery_photo: { id: "1", offset: 50, length: 100 } };
  expect([percentSent({ uploads: half, state: "saved" }), percentSent({ uploads: half, state: "refused" }), percentSent({ state: "saved" })]).toEqual([50, null, null]);
});
