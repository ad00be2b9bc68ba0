// What stands on a parcel, read from a picture of it: by the browser where it can, which knows bars too, and by a reader of
// QR codes that comes with the page, since neither Safari nor Firefox, nor Chrome on a desktop, can, nor an Android without
// what its browser leans on, though that one has the name.

interface Detector {
  detect(picture: ImageBitmap): Promise<readonly { rawValue: string }[]>;
}

declare global {
  interface Window {
    BarcodeDetector?: new () => Detector;
  }
}

// A code fills a good part of a picture that somebody takes of it; more pixels only take longer.
const SIDES_PX = [1_600, 800] as const;
const PATIENCE_MS = 400;

const reader = () => import("qr/decode.js");

/** Fetches the reader while there is network, so that a parcel can be scanned where there is none. */
export function fetchReader(): void {
  void reader().catch(() => undefined);
}

/** The texts of the codes in a picture, none where there is none. Throws where the picture cannot be opened, or nothing is here that reads it. */
export async function textsIn(file: Blob): Promise<readonly string[]> {
  const picture = await createImageBitmap(file);
  try {
    const found = await textsByBrowser(picture);
    if (found.length > 0) return found;
    const { decodeQR } = await reader();
    for (const side of SIDES_PX) {
      const text = within(() => decodeQR(pixelsOf(picture, side), { timeLimit: PATIENCE_MS }));
      if (text !== null) return [text];
    }
    return [];
  } finally {
    picture.close();
  }
}

/** None also where the browser has a detector and it does not work. */
async function textsByBrowser(picture: ImageBitmap): Promise<readonly string[]> {
  if (window.BarcodeDetector === undefined) return [];
  try {
    return (await new window.BarcodeDetector().detect(picture)).map((one) => one.rawValue);
  } catch {
    return [];
  }
}

function within(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null; // no code, or none that can be made out
  }
}

function pixelsOf(picture: ImageBitmap, side: number): ImageData {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const paper = document.createElement("canvas");
  paper.width = Math.max(1, Math.round(picture.width * scale));
  paper.height = Math.max(1, Math.round(picture.height * scale));
  const ink = paper.getContext("2d", { willReadFrequently: true });
  if (ink === null) throw new Error("no canvas");
  ink.drawImage(picture, 0, 0, paper.width, paper.height);
  return ink.getImageData(0, 0, paper.width, paper.height);
}
