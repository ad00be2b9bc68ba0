import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Client } from "../shared/client.ts";
import { memoryStore } from "../shared/stores.ts";
import { type Cart, withQuantity } from "./basket.ts";
import { cartOf, keepBasket, keptBasket } from "./keeping.ts";

const RICE = { product_id: 1, name: "Rice", price: "1250.10" };

beforeEach(() => {
  vi.stubGlobal("localStorage", undefined); // a browser that keeps nothing: the page does
  vi.stubGlobal("dispatchEvent", () => true);
});
afterEach(() => vi.unstubAllGlobals());

/** A server's carts; what is put in again adds to what is there. */
function carts(): { made: Cart[]; client: Client } {
  const made: Cart[] = [];
  const answer = (path: string, { method = "GET", body }: RequestInit): Cart | null => {
    const asked = body === undefined ? {} : (JSON.parse(String(body)) as { product_id?: number; quantity?: number });
    if (method === "POST" && path.endsWith("/carts/")) made.push({ id: made.length + 1, items: [] } as unknown as Cart);
    const cart = made[Number(/carts\/(\d+)/.exec(path)?.[1] ?? made.length) - 1] as Cart;
    if (method === "POST" && path.endsWith("/items/")) {
      const there = cart.items.find((item) => item.product_id === asked.product_id);
      if (there !== undefined) there.quantity += asked.quantity ?? 0;
      else cart.items.push({ id: 7, product_id: asked.product_id, quantity: asked.quantity } as Cart["items"][number]);
    }
    if (method === "PATCH" && cart.items[0] !== undefined) cart.items[0].quantity = asked.quantity ?? 0;
    return cart;
  };
  const send = async (path: unknown, init?: RequestInit): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return new Response(JSON.stringify(answer(String(path), init ?? {})));
  };
  return { made, client: new Client(memoryStore(), send as typeof fetch) };
}

test("a basket that changes while the server's cart is brought up to it is in one cart, and each of its goods once", async () => {
  const { made, client } = carts();
  keepBasket(withQuantity({ lines: [], cart_id: null }, RICE, 1));
  const first = cartOf(client);
  keepBasket(withQuantity(keptBasket(), RICE, 2));
  const second = cartOf(client);
  await first;
  expect((await second).items.map((item) => item.quantity)).toEqual([2]);
  expect([made.length, keptBasket().cart_id]).toEqual([1, 1]);
});

test("a cart that could not be brought up is no reason not to try the next", async () => {
  const { client } = carts();
  keepBasket(withQuantity({ lines: [], cart_id: null }, RICE, 1));
  const away = new Client(memoryStore(), () => Promise.reject(new TypeError("no network")));
  const [failed, there] = await Promise.allSettled([cartOf(away), cartOf(client)]);
  expect([failed.status, there.status]).toEqual(["rejected", "fulfilled"]);
});
