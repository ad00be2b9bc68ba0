// A place on Earth as people give it: "27.71720, 85.32400".
export interface Place {
  lat: number;
  lon: number;
}

/** A place of a text with latitude and longitude in degrees; null where it is none. */
export function placeOf(text: string): Place | null {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (found === null) return null;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/** To about a metre. */
export function placeText({ lat, lon }: Place): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}
