// What is told of a parcel: to whose it is, more than to strangers.
import type { components } from "./api.ts";
import { type Client, Refused } from "./client.ts";

type Tracked = components["schemas"]["TrackedDelivery"];

/** Asks as whoever is signed in, and where that has ended as anybody with the number may. Raises Refused or Unreachable. */
export async function tracked(client: Client, path: string): Promise<Tracked> {
  try {
    return await client.call<Tracked>(path);
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error;
    return await client.call<Tracked>(path, { signed: false });
  }
}
