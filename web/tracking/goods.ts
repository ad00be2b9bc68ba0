// What is in the parcel, for whoever bought it and is signed in to the shop in this browser. The number alone does not tell: it stands on
// the parcel, and what is inside is nobody's business who reads it there.
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";

type Schemas = components["schemas"];
type Order = Pick<Schemas["OrderAnswer"], "items" | "sales">;

/** Empty for everybody but its buyer, and where it cannot be asked now. Never rejects. */
export async function findGoods(client: Pick<Client, "call" | "signedIn">, number: string): Promise<string> {
  if (!client.signedIn) return "";
  try {
    // The one order that has this parcel, however long ago it was made.
    const asked = new URLSearchParams({ search: number, page_size: "1" });
    const { results: [order] } = await client.call<Schemas["PageOfOrderRow"]>(`/api/v1/marketplace/orders/my-orders/?${asked}`);
    return order === undefined ? "" : goodsIn(await client.call<Order>(`/api/v1/marketplace/orders/${order.id}/`), number);
  } catch {
    return "";
  }
}

/** The goods of one parcel of an order: "Organic Rice × 2, Green Tea"; of what arrived in part "Organic Rice × 1/2". */
export function goodsIn({ items, sales }: Order, number: string): string {
  const inside = sales.filter((sale) => sale.tracking_number === number);
  return inside
    .map(({ product_id, quantity, quantity_delivered }) => {
      const name = items.find(({ product }) => product.id === product_id)?.product.name ?? "";
      if (quantity_delivered !== null) return `${name} × ${quantity_delivered}/${quantity}`;
      return quantity > 1 ? `${name} × ${quantity}` : name;
    })
    .join(", ");
}
