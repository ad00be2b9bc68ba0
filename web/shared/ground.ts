// What maps stand on beside the grid: the city that the operator imported, else the online tiles that he allowed.
// It asks before MapLibre is loaded, so that a page can do without.

/** West, south, east, north. */
export type Bounds = [number, number, number, number];

export interface Ground {
  city: { address: string; bounds: Bounds } | null;
  tiles: { url: string; attribution: string } | null;
}

interface Answer {
  city: string | null;
  tiles: { url: string; attribution: string } | null;
}

let known: Promise<Ground> | null = null;

/** Asked once a page. Rejects where there is no connection; the next map asks again. */
export function whatThereIs(): Promise<Ground> {
  known ??= ask().catch((error: unknown) => {
    known = null;
    throw error;
  });
  return known;
}

async function ask(): Promise<Ground> {
  const reply = await fetch("/pages/map.json");
  if (!reply.ok) throw new Error(`map.json: ${reply.status}`);
  const { city, tiles } = (await reply.json()) as Answer;
  if (city === null) return { city: null, tiles };
  const [{ PMTiles, Protocol }, { addProtocol }] = await Promise.all([import("pmtiles"), import("maplibre-gl")]);
  const protocol = new Protocol();
  const address = new URL(city, location.href).href;
  const file = new PMTiles(address);
  protocol.add(file);
  addProtocol("pmtiles", protocol.tile);
  const { minLon, minLat, maxLon, maxLat } = await file.getHeader();
  return { city: { address, bounds: [minLon, minLat, maxLon, maxLat] }, tiles };
}

/** Whether a place has a ground of its own, so that it needs no grid. */
export function covers({ city, tiles }: Ground, lon: number, lat: number): boolean {
  if (city === null) return tiles !== null;
  const [west, south, east, north] = city.bounds;
  return west <= lon && lon <= east && south <= lat && lat <= north;
}

/** Text of the operator as HTML, which attributions are. */
export const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
