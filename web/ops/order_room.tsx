import { elsewhere } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { Mark } from "../shared/mark.tsx";
import { money } from "../shared/numbers.ts";
import { orderStepWords } from "../shared/order_steps.ts";
import { paidState } from "../shared/paid_state.ts";
import { ProofOf } from "../shared/proof/late.tsx";
import { Facts } from "./facts.tsx";
import { type Given, when } from "./given.ts";
import { REFUND_MARKS } from "./money_rooms.tsx";
import { EndOf } from "./parcels/late.tsx";
import { deliveryPath, orderPath } from "./told.ts";
import { refundReason, wordOf } from "./speech.ts";

type Order = components["schemas"]["OrderAnswer"];
type Refund = components["schemas"]["ListedRefund"];
type Whole = { order: Order; refunds: Refund[]; left: number };

const ON_A_PAGE = 100;

/** An order as an admin reads it: how it stands, its money, its parcels, what happened to it. */
export function OrderRoom({ client, address, language, say }: Given) {
  const id = address.path.slice(orderPath("").length);
  const whole = useLoading(async (): Promise<Whole> => {
    const [order, refunds] = await Promise.all([
      client.call<Order>(`/api/v1/marketplace/orders/${encodeURIComponent(id)}/`),
      client.call<{ count: number; results: Refund[] }>(`/api/v1/payments/refunds/?${new URLSearchParams({ order: id, page_size: String(ON_A_PAGE) })}`),
    ]);
    return { order, refunds: refunds.results, left: refunds.count - refunds.results.length };
  }, [id]);
  return (
    <>
      <p><Link href="/ops/orders">{say("orders.room")}</Link></p>
      <Loaded of={whole} language={language} say={say} lines={6}>
        {({ order, refunds, left }) => (
          <div class="fields" data-order={order.id}>
            <h1 class="number">{order.order_number}</h1>
            <section class="card"><Standing order={order} language={language} say={say} /></section>
            <section class="card">
              <h2>{say("refunds")}</h2>
              {refunds.length === 0 ? <p>{say("order.no_refunds")}</p> : (
                <ul class="found">
                  {refunds.map((one) => (
                    <li key={one.refund_id}>
                      <Link href={`/ops/refunds?order=${order.id}&open=${one.refund_id}`}>{money(one.amount, language)}</Link> <Mark as={REFUND_MARKS[one.status] ?? "way"}>{wordOf("refund", one.status, say)}</Mark> · {refundReason(one.reason, say)} · {when(one.created_at, language)}
                    </li>
                  ))}
                </ul>
              )}
              {left > 0 && <p class="quiet small">{say("order.more_refunds", { count: left })}</p>}
            </section>
            <section class="card"><h2>{say("order.parcels")}</h2><Parcels order={order} client={client} language={language} say={say} onDone={() => void whole.reload()} /></section>
            <section class="card">
              <h2>{say("history")}</h2>
              <ol class="found">
                {order.tracking_events.map((event) => <li key={event.id}><time dateTime={event.created_at}>{when(event.created_at, language)}</time> · {orderStepWords(event, language, say)}</li>)}
              </ol>
              <p><Link href={`/ops/audit?subject_kind=order&subject_id=${order.id}`}>{say("order.audit")}</Link></p>
            </section>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Standing({ order, language, say }: { order: Order } & Pick<Given, "language" | "say">) {
  const to = order.delivery;
  return (
    <Facts
      of={[
        [say("state"), wordOf("order", order.order_status, say)],
        [say("order.payment"), wordOf("payment", paidState(order), say)],
        [say("total"), money(order.total_to_pay, language)],
        [say("order.shipping"), money(order.shipping_cost, language)],
        [say("order.went_back"), Number(order.refunded) === 0 ? null : money(order.refunded, language)],
        [say("transaction"), order.transaction_id],
        [say("order.customer"), <Link href={`/ops/users?open=${order.customer}`}>{to.customer_name}</Link>],
        [say("phone"), to.phone_number],
        [say("to"), to.full_address],
        [say("since.title"), when(order.created_at, language)],
      ]}
    />
  );
}

/** Each sale of it, with the parcel that carries it where there is one. */
function Parcels({ order, client, language, say, onDone }: { order: Order; onDone: () => void } & Pick<Given, "client" | "language" | "say">) {
  const goods = (product: number, count: number): string => say("line", { count, name: order.items.find((item) => item.product.id === product)?.product.name ?? "" });
  if (order.sales.length === 0) return <ul class="found">{order.items.map((item) => <li key={item.id}>{goods(item.product.id, item.quantity)} · {say("order.not_sold")}</li>)}</ul>;
  return (
    <ul class="found">
      {order.sales.map((sale) => (
        <li key={sale.id}>
          {goods(sale.product_id, sale.quantity)} · <span class="number">{sale.order_number}</span>
          {" · "}
          {sale.tracking_number === null ? say("order.no_parcel") : <><OfParcel id={sale.delivery_id} number={sale.tracking_number} /> · {wordOf("delivery", sale.delivery_status ?? "", say)}
            <ProofOf number={sale.tracking_number} title={say("order.proof")} missing={say("room.missing")} client={client} language={language} say={say} />
            {sale.delivery_id !== null && <EndOf id={sale.delivery_id} client={client} language={language} say={say} onDone={onDone} />}
          </>}
        </li>
      ))}
    </ul>
  );
}

function OfParcel({ id, number }: { id: number | null; number: string }) {
  return id === null ? <a class="number" href={elsewhere(`/t/${number}`)}>{number}</a> : <Link class="number" href={deliveryPath(id)}>{number}</Link>;
}
