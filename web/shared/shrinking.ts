// How large the picture of a parcel is when it is sent: readable, and small enough for a slow network.

export const LONGEST_PX = 1_600;
export const JPEG_QUALITY = 0.7;

/** The size in which a picture is sent; it keeps its shape and is never made larger. */
export function shrunk(width: number, height: number, longest = LONGEST_PX): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}
