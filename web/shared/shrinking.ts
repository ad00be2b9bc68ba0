// How large a picture is when it is handed in: readable, and small enough for a slow network.

export const LONGEST_PX = 1_600;
export const JPEG_QUALITY = 0.7;

/** The size in which a picture is sent; it keeps its shape and is never made larger. */
export function shrunk(width: number, height: number, longest = LONGEST_PX): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** A picture as the server takes it, as a `data:` address; turned as it was held. Rejects what is no picture. */
export async function asJpeg(file: Blob, longest = LONGEST_PX): Promise<string> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const { width, height } = shrunk(picture.width, picture.height, longest);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
  picture.close();
  return canvas.toDataURL("image/jpeg", JPEG_QUALITY);
}
