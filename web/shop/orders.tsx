import type { components } from "../shared/api.ts";
import { type Address, changed, elsewhere } from "../shared/address.ts";
import type { Client } from "../shared/client.ts";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { clock } from "../shared/times.ts";
import { ComingOrders } from "./coming.tsx";
import { canBePaid, expectedAt, expectedWords, goodsOf, inTurn } from "./order_words.ts";
import { State } from "./order_state.tsx";
import type { Say } from "./speech.ts";

type Orders = components["schemas"]["PageOfOrderRow"];
const RENEWED_MS = 30_000;

/** What a parcel's page is for: to follow it, or to see afterwards how it came. */
function followed(order: Orders["results"][number]): "order.follow" | "order.journey" {
  return order.order_status === "delivered" || order.order_status === "completed" ? "order.journey" : "order.follow";
}

/** One's own orders: what waits for the reader, what is under way, the soonest first, then what has ended. */
export function OrderList({ client, address, language, say }: { client: Client; address: Address; language: Language; say: Say }) {
  const page = Math.max(1, Number(address.query.get("page")) || 1);
  const orders = useLoading(() => client.call<Orders>(`/api/v1/marketplace/orders/my-orders/?sort=soonest&page=${page}`), [page], RENEWED_MS);
  return (
    <>
      <h1>{say("orders")}</h1>
      <p><Link href="/shop/purchases">{say("purchases")}</Link></p>
      <Loaded of={orders} language={language} say={say} skeleton={<ComingOrders />}>
        {({ results, next }) => (
          <>
            {results.length === 0 && <p class="card">{say("orders.empty")} <Link href="/shop">{say("shop.back")}</Link></p>}
            <div class="turns">
              {inTurn(results).map(({ turn, orders }) => (
                <section key={turn} class="turn" aria-labelledby={`turn-${turn}`}>
                  <h2 id={`turn-${turn}`}>{say(`orders.${turn}`)}</h2>
                  <ul class="orders">
                    {orders.map((order) => <OneOrder key={order.id} order={order} language={language} say={say} />)}
                  </ul>
                </section>
              ))}
            </div>
            {(page > 1 || next !== null) && (
              <nav class="actions" aria-label={say("pages")}>
                {page > 1 && <Link class="button" href={changed(address, { page: page - 1 })}>{say("orders.page.before")}</Link>}
                {next !== null && <Link class="button" href={changed(address, { page: page + 1 })}>{say("orders.page.after")}</Link>}
              </nav>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function OneOrder({ order, language, say }: { order: Orders["results"][number]; language: Language; say: Say }) {
  return (
    <li class="card">
      <div>
        <Link href={`/shop/orders/${order.id}`}>{goodsOf(order, say)}</Link>
        {expectedAt(order) !== null && <p><strong>{expectedWords(expectedAt(order) ?? 0, Date.now(), language, say)}</strong></p>}
        <p class="small quiet">
          {say("orders.ordered")} <time dateTime={order.created_at}>{clock(Date.parse(order.created_at), Date.now(), language)}</time>
          {" · "}
          <span class="number">{order.order_number}</span>
        </p>
      </div>
      <State order={order} say={say} />
      <strong class="number">{money(order.total_to_pay, language)}</strong>
      {order.tracking_number !== null && order.order_status !== "cancelled" && (
        <a class="button follow" href={elsewhere(`/t/${order.tracking_number}`)} aria-label={`${say(followed(order))} ${order.tracking_number}`}>{say(followed(order))}</a>
      )}
      {canBePaid(order) && <Link class="button first follow" href={`/shop/orders/${order.id}`}>{say("pay", { amount: money(order.total_to_pay, language) })}</Link>}
    </li>
  );
}
