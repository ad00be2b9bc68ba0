// Zones by which a list is narrowed.
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import type { Filter } from "../shared/listing.tsx";
import { useLoading } from "../shared/loading.tsx";
import type { Say } from "./speech.ts";

type Zone = Pick<components["schemas"]["ZoneAnswer"], "id" | "name">;
const AT_ONCE = 100;

/** All of them, however many pages they are. Raises Refused or Unreachable. */
export async function allZones(client: Pick<Client, "call">): Promise<Zone[]> {
  const found: Zone[] = [];
  for (let page = 1; ; page += 1) {
    const { results, next } = await client.call<{ results: Zone[]; next: string | null }>(`/api/zones/?page=${page}&page_size=${AT_ONCE}`);
    found.push(...results);
    if (next === null) return found;
  }
}

export function useZones(client: Client): readonly Zone[] {
  return useLoading(() => allZones(client), []).value ?? [];
}

export function zoneFilter(zones: readonly Zone[], asked: string | null, say: Say): Filter {
  const known = zones.map(({ id, name }): readonly [string, string] => [String(id), name]);
  // Of an address that somebody shared the zone may be gone, and until they are loaded none is known.
  const own = asked === null || asked === "" || known.some(([id]) => id === asked) ? [] : [[asked, say("zone.numbered", { count: asked })] as const];
  return { name: "zone", label: say("thing.zone.title"), choices: [...own, ...known] };
}
