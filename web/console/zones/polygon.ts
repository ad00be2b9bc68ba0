// The outline of a zone while it is drawn. Corners as GeoJSON has them, longitude first, degrees; the ring is open:
// the way from the last corner back to the first is not written down.
export type Corner = readonly [lon: number, lat: number];
export type Outline = readonly Corner[];

/** Of a zone, all rings together, as the server counts them: each ring has its first corner again at its end. */
export const MOST_POSITIONS = 1_000;
export const FEWEST_CORNERS = 3;
const DIGITS = 6; // a tenth of a metre
const KM_A_DEGREE = 111.195;

export function cornerAt(lon: number, lat: number): Corner {
  return [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];
}

/** With a corner before the one at a place; at the length it is the last. */
export function withCorner(outline: Outline, place: number, corner: Corner): Outline {
  return [...outline.slice(0, place), corner, ...outline.slice(place)];
}

export function moved(outline: Outline, place: number, corner: Corner): Outline {
  return outline.map((one, at) => (at === place ? corner : one));
}

export function without(outline: Outline, place: number): Outline {
  return outline.filter((_, at) => at !== place);
}

/** The middle of each side, in the order of the corners: where another corner may be put. */
export function middles(outline: Outline): Corner[] {
  if (outline.length < FEWEST_CORNERS) return [];
  return outline.map(([lon, lat], at) => {
    const [nextLon, nextLat] = outline[(at + 1) % outline.length] as Corner;
    return cornerAt((lon + nextLon) / 2, (lat + nextLat) / 2);
  });
}

/** Places of sides that cross or touch another that is not beside them; a side is named by its first corner. */
export function crossings(outline: Outline): ReadonlySet<number> {
  const found = new Set<number>();
  const count = outline.length;
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 1; other < count; other += 1) {
      const beside = other === one + 1 || (one === 0 && other === count - 1);
      const [a, b, c, d] = [outline[one], outline[(one + 1) % count], outline[other], outline[(other + 1) % count]] as [Corner, Corner, Corner, Corner];
      if (beside ? runsBack(a, b, c, d, other === one + 1) : meets(a, b, c, d)) found.add(one).add(other);
    }
  }
  return found;
}

/** Which side of the line through a and b c lies on; 0 is on it. */
function turn(a: Corner, b: Corner, c: Corner): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

function within(a: Corner, b: Corner, c: Corner): boolean {
  return Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);
}

function meets(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (abc === 0 && within(a, b, c)) || (abd === 0 && within(a, b, d)) || (cda === 0 && within(c, d, a)) || (cdb === 0 && within(c, d, b));
}

/** Two sides beside each other lie on one another: the way goes back where it came from. */
function runsBack(a: Corner, b: Corner, c: Corner, d: Corner, follows: boolean): boolean {
  const [from, at, to] = follows ? [a, b, d] : [c, d, b];
  return turn(from, at, to) === 0 && (from[0] - at[0]) * (to[0] - at[0]) + (from[1] - at[1]) * (to[1] - at[1]) > 0;
}

/** How large it is, as on a plane at its middle latitude; km². */
export function areaKm2(outline: Outline): number {
  if (outline.length < FEWEST_CORNERS) return 0;
  let sum = 0;
  outline.forEach(([lon, lat], at) => {
    const [nextLon, nextLat] = outline[(at + 1) % outline.length] as Corner;
    sum += lon * nextLat - nextLon * lat;
  });
  const lats = outline.map(([, lat]) => lat);
  const middle = (lats.reduce((a, b) => Math.min(a, b)) + lats.reduce((a, b) => Math.max(a, b))) / 2;
  return (Math.abs(sum) / 2) * KM_A_DEGREE ** 2 * Math.cos((middle * Math.PI) / 180);
}

export type Trouble = "few" | "many" | "crosses";

/** What stands against saving it; null where nothing does. */
export function troubleOf(outline: Outline, holes: readonly Outline[] = []): Trouble | null {
  if (outline.length < FEWEST_CORNERS) return "few";
  if ([outline, ...holes].reduce((sum, ring) => sum + ring.length + 1, 0) > MOST_POSITIONS) return "many";
  return crossings(outline).size > 0 ? "crosses" : null;
}

/** The outline as text, a corner a line, latitude first as everywhere where places are typed. */
export function textOf(outline: Outline): string {
  return outline.map(([lon, lat]) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`).join("\n");
}

/** The outline of a text; null where a line is no place. Empty lines are passed over. */
export function outlineOf(text: string): Outline | null {
  const corners: Corner[] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const found = /^(-?\d+(?:\.\d+)?)\s*[,\s]\s*(-?\d+(?:\.\d+)?)$/.exec(line);
    const [lat, lon] = [Number(found?.[1]), Number(found?.[2])];
    if (found === null || Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
    corners.push(cornerAt(lon, lat));
  }
  return corners;
}

/** Whether a place lies within the outline and in none of its holes. */
export function contains(outline: Outline, holes: readonly Outline[], { lat, lon }: { lat: number; lon: number }): boolean {
  return isIn(outline, lon, lat) && !holes.some((hole) => isIn(hole, lon, lat));
}

/** How often a line to the east crosses the ring: odd inside. */
function isIn(ring: Outline, lon: number, lat: number): boolean {
  let inside = false;
  ring.forEach(([fromLon, fromLat], at) => {
    const [toLon, toLat] = ring[(at + 1) % ring.length] as Corner;
    if (fromLat > lat !== toLat > lat && lon < fromLon + ((lat - fromLat) / (toLat - fromLat)) * (toLon - fromLon)) inside = !inside;
  });
  return inside;
}
