import { expect, test } from "vitest";
import { Client, type Tokens } from "./client.ts";
import { type Person, type PersonStore, findSession } from "./session.ts";
import { memoryStore } from "./stores.ts";

const PERSON: Person = {
  id: 7, email: "a@example.org", name: "A", phone: null, roles: ["transporter"], email_verified: true, language: "en", parcel_messages: true, email_proof_needed: false,
};

function kept(person: Person | null = null): PersonStore {
  let now = person;
  return { read: () => now, write: (next) => void (now = next) };
}

function asked(answer: () => Response): Client {
  const store = memoryStore();
  store.write({ access: "a", refresh: "r" });
  return new Client(store, async () => answer());
}

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

test("whoever has no tokens is signed out, and the person of before is forgotten", async () => {
  const before = kept(PERSON);
  expect(await findSession(new Client(memoryStore()), null, before)).toEqual({ state: "signed_out" });
  expect(before.read()).toBeNull();
});

test("a person with the role of the page is let in, another is told", async () => {
  expect(await findSession(asked(() => json(PERSON)), "transporter", kept())).toEqual({ state: "signed_in", person: PERSON, confirmed: true });
  expect(await findSession(asked(() => json(PERSON)), "admin", kept())).toEqual({ state: "wrong_role", person: PERSON });
});

test("tokens that ended sign out, also where they cannot be renewed", async () => {
  const before = kept(PERSON);
  expect(await findSession(asked(() => json({ detail: "ended" }, 401)), null, before)).toEqual({ state: "signed_out" });
  expect(before.read()).toBeNull();
});

test("without a network the page opens for the person of before, unconfirmed", async () => {
  const lost = asked(() => {
    throw new TypeError("no network");
  });
  expect(await findSession(lost, "transporter", kept(PERSON))).toEqual({ state: "signed_in", person: PERSON, confirmed: false });
  expect(await findSession(lost, "transporter", kept())).toEqual({ state: "unknown" });
  expect(await findSession(asked(() => json({ detail: "later" }, 503)), null, kept(PERSON))).toEqual({ state: "signed_in", person: PERSON, confirmed: false });
});

test("whoever signs in in another tab while the page asks who uses it is the one that it opens for", async () => {
  const store = memoryStore();
  const tokensOf = (person: number): Tokens => ({ access: `h.${btoa(JSON.stringify({ sub: String(person) }))}.s`, refresh: `r${person}` });
  const other = { ...PERSON, id: 8 };
  store.write(tokensOf(7));
  const client = new Client(store, async (_, init) => {
    if (new Headers(init?.headers).get("Authorization") !== `Bearer ${tokensOf(7).access}`) return json(other);
    store.write(tokensOf(8));
    return json(PERSON);
  });
  const before = kept();
  expect(await findSession(client, null, before)).toEqual({ state: "signed_in", person: other, confirmed: true });
  expect(before.read()).toEqual(other);
});

test("whoever signs out while the page asks who uses it is signed out, also where no answer comes", async () => {
  const store = memoryStore();
  store.write({ access: "a", refresh: "r" });
  const client = new Client(store, async () => {
    store.write(null);
    throw new TypeError("no network");
  });
  const before = kept(PERSON);
  expect(await findSession(client, null, before)).toEqual({ state: "signed_out" });
  expect(before.read()).toBeNull();
});
