// How long a way on the map is, as a bar: the longest round length that has room.

/** What a length may begin with: 1, 2 or 5, or 3 where it is nearer to the room that there is. */
const ROUND = [5, 3, 2, 1] as const;

/** Metres and how many pixels they are, at most `room_px`. */
export function scaleBar(metres_per_px: number, room_px: number): { metres: number; width_px: number } {
  const room = metres_per_px * room_px;
  const tens = 10 ** Math.floor(Math.log10(room));
  const metres = (ROUND.find((one) => one * tens <= room) ?? 1) * tens;
  return { metres, width_px: metres / metres_per_px };
}

/** The same in words: metres below a kilometre. */
export function scaleWords(metres: number): { key: "scale.m" | "scale.km"; count: number } {
  return metres < 1_000 ? { key: "scale.m", count: Math.max(1, Math.round(metres)) } : { key: "scale.km", count: Math.round(metres / 1_000) };
}
