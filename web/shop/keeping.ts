// The basket of this browser, the same in all of its tabs, and the server's cart that is made of it.
import { useEffect, useState } from "preact/hooks";
import { type Client, Refused } from "../shared/client.ts";
import { type Basket, type Cart, EMPTY, readBasket, stepsTo } from "./basket.ts";

const NAME = "dispatch.shop.basket";
const CHANGED = "dispatch:basket";
let inMemory: Basket = EMPTY;

export function keptBasket(): Basket {
  try {
    const text = localStorage.getItem(NAME);
    return text === null ? inMemory : readBasket(text);
  } catch {
    return inMemory;
  }
}

export function keepBasket(basket: Basket): void {
  inMemory = basket;
  try {
    localStorage.setItem(NAME, JSON.stringify(basket));
  } catch {
    // It holds as long as the page is open.
  }
  dispatchEvent(new Event(CHANGED));
}

export function useBasket(): Basket {
  const [basket, setBasket] = useState(keptBasket);
  useEffect(() => {
    const read = (): void => setBasket(keptBasket());
    addEventListener("storage", read);
    addEventListener(CHANGED, read);
    return () => {
      removeEventListener("storage", read);
      removeEventListener(CHANGED, read);
    };
  }, []);
  return basket;
}

const CARTS = "/api/v1/marketplace/carts/";

let last: Promise<unknown> = Promise.resolve();

/** The server's cart with what is in the basket, and what that costs today. Raises Refused or Unreachable. */
export function cartOf(client: Client): Promise<Cart> {
  const bring = (): Promise<Cart> => broughtUp(client, keptBasket());
  const cart = last.then(bring, bring); // one after the other: each begins with what the last one put in
  last = cart;
  return cart;
}

async function broughtUp(client: Client, basket: Basket): Promise<Cart> {
  const cart = (await foundCart(client, basket.cart_id)) ?? (await client.call<Cart>(CARTS, { method: "POST" }));
  keepBasket({ ...keptBasket(), cart_id: cart.id });
  const steps = stepsTo(basket, cart);
  for (const { path, ...call } of steps) await client.call(path, call);
  return steps.length === 0 ? cart : await client.call<Cart>(`${CARTS}${cart.id}/`);
}

/** Null where there is none: another person signed in, or another server is here now. */
async function foundCart(client: Client, cart_id: number | null): Promise<Cart | null> {
  if (cart_id === null) return null;
  try {
    return await client.call<Cart>(`${CARTS}${cart_id}/`);
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 403)) return null;
    throw error;
  }
}
