// What somebody means to buy. It lies in the browser, so that looking around needs no account; the server's cart is
// brought up to it when it is paid.
import type { components } from "../shared/api.ts";

export type Cart = components["schemas"]["CartAnswer"];
export type Product = components["schemas"]["ProductAnswer"];

export interface Line {
  product_id: number;
  name: string;
  /** NPR for one, as it was when it was put in. */
  price: string;
  quantity: number;
}

export interface Basket {
  lines: readonly Line[];
  /** The server's cart that was made of it. */
  cart_id: number | null;
}

export const EMPTY: Basket = { lines: [], cart_id: null };
const MOST_OF_ONE = 1_000;

/** Sets how many of a product there are; 0 takes it out. */
export function withQuantity(basket: Basket, product: Omit<Line, "quantity">, quantity: number): Basket {
  const there = basket.lines.some((line) => line.product_id === product.product_id);
  const wanted = Math.max(0, Math.min(MOST_OF_ONE, Math.trunc(quantity)));
  const line = { ...product, quantity: wanted };
  const lines = there ? basket.lines.map((one) => (one.product_id === product.product_id ? line : one)) : [...basket.lines, line];
  return { ...basket, lines: lines.filter((one) => one.quantity > 0) };
}

/** What is left to buy once something was ordered: what was put in meanwhile, in another tab. The server's cart went with the order. */
export function afterOrder(basket: Basket, ordered: readonly { product: { id: number }; quantity: number }[]): Basket {
  const lines = basket.lines.map((line) => {
    const bought = ordered.reduce((sum, { product, quantity }) => sum + (product.id === line.product_id ? quantity : 0), 0);
    return { ...line, quantity: line.quantity - bought };
  });
  return { lines: lines.filter(({ quantity }) => quantity > 0), cart_id: null };
}

export function quantityOf(basket: Basket, product_id: number): number {
  return basket.lines.find((line) => line.product_id === product_id)?.quantity ?? 0;
}

export function pieces(basket: Basket): number {
  return basket.lines.reduce((sum, line) => sum + line.quantity, 0);
}

/** What the goods cost, NPR, before tax and shipping, which the server says. */
export function goods(basket: Basket): number {
  return basket.lines.reduce((sum, line) => sum + Math.round(Number(line.price) * 100) * line.quantity, 0) / 100;
}

export type Step =
  | { method: "POST"; path: string; body: { product_id: number; quantity: number } }
  | { method: "PATCH"; path: string; body: { quantity: number } }
  | { method: "DELETE"; path: string };

/** What brings the server's cart up to the basket. */
export function stepsTo(basket: Basket, cart: Cart): Step[] {
  const items = `/api/v1/marketplace/carts/${cart.id}/items/`;
  const steps: Step[] = [];
  for (const item of cart.items) {
    const wanted = quantityOf(basket, item.product_id);
    if (wanted === 0) steps.push({ method: "DELETE", path: `${items}${item.id}/` });
    else if (wanted !== item.quantity) steps.push({ method: "PATCH", path: `${items}${item.id}/`, body: { quantity: wanted } });
  }
  for (const line of basket.lines) {
    if (cart.items.some((item) => item.product_id === line.product_id)) continue;
    steps.push({ method: "POST", path: items, body: { product_id: line.product_id, quantity: line.quantity } });
  }
  return steps;
}

/** The basket as it was kept; an empty one where nothing can be read. */
export function readBasket(text: string | null): Basket {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Basket> | null;
    const lines = (kept?.lines ?? []).filter((line) => Number.isInteger(line.product_id) && line.quantity > 0);
    return { lines, cart_id: kept?.cart_id ?? null };
  } catch {
    return EMPTY;
  }
}
