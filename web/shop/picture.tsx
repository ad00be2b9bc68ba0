import type { Product } from "./basket.ts";

/** The first picture that lies on this server; a page shows none of other hosts. */
export function Picture({ product }: { product: Product }) {
  const own = product.images.find(({ image }) => image.startsWith("/media/"));
  if (own === undefined) return <span class="picture" aria-hidden="true">{[...product.name][0]}</span>;
  return <img class="picture" src={own.image} alt="" loading="lazy" width="320" height="200" />;
}
