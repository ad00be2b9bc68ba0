import { useState } from "preact/hooks";
import type { Product } from "./basket.ts";
import { shownOf } from "./pictures.ts";

/** The first picture that lies on this server, or, where there is none to show, a letter; a page shows none of other hosts. */
export function Picture({ product }: { product: Product }) {
  const [missing, setMissing] = useState<readonly string[]>([]);
  const own = shownOf(product.images, missing);
  if (own === undefined) return <span class="picture" aria-hidden="true">{[...product.name][0]}</span>;
  return <img class="picture" src={own} alt="" loading="lazy" width="320" height="200" onError={() => setMissing([...missing, own])} />;
}
