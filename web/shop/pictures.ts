// Which picture of a product is shown.
import type { Product } from "./basket.ts";

/** The first that lies on this server and was not missed there: none is asked for again, or two that are gone would be in turn for ever. */
export function shownOf(images: Product["images"], missing: readonly string[]): string | undefined {
  return images.map(({ image }) => image).find((image) => image.startsWith("/media/") && !missing.includes(image));
}
