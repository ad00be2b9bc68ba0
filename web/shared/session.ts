// Who uses a page: signed in or not, with the rights that the page needs or not, as far as can be known now.
import type { components } from "./api.ts";
import { type Client, Refused, Unreachable } from "./client.ts";

export type Person = components["schemas"]["UserAnswer"];

export type Session =
  | { state: "unknown" }
  | { state: "signed_out" }
  | { state: "wrong_role"; person: Person }
  /** `confirmed` is false while the server cannot be asked and the person is the one of before. */
  | { state: "signed_in"; person: Person; confirmed: boolean };

/** Keeps the person of before, so that a page opens where there is no network. */
export interface PersonStore {
  read(): Person | null;
  write(person: Person | null): void;
}

/** Asks who is signed in. Never raises: what cannot be asked is answered from before. */
export async function findSession(client: Client, role: string | null, kept: PersonStore): Promise<Session> {
  if (!client.signedIn) {
    kept.write(null);
    return { state: "signed_out" };
  }
  try {
    const person = await client.call<Person>("/api/v1/auth/me/");
    if (client.of(person.id).outdated) return await findSession(client, role, kept); // while it was asked, another signed in, or this one out
    kept.write(person);
    return role === null || person.roles.includes(role) ? { state: "signed_in", person, confirmed: true } : { state: "wrong_role", person };
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      kept.write(null);
      return { state: "signed_out" };
    }
    if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
    if (!client.signedIn) return await findSession(client, role, kept); // signed out while it was asked
    const person = kept.read();
    return person === null ? { state: "unknown" } : { state: "signed_in", person, confirmed: false };
  }
}

/** The person beside the tokens of a page in this browser. */
export function browserPerson(page: string): PersonStore {
  const name = `dispatch.${page}.person`;
  return {
    read() {
      try {
        return JSON.parse(localStorage.getItem(name) ?? "null") as Person | null;
      } catch {
        return null;
      }
    },
    write(person) {
      try {
        if (person === null) localStorage.removeItem(name);
        else localStorage.setItem(name, JSON.stringify(person));
      } catch {
        // It is asked again the next time.
      }
    },
  };
}
