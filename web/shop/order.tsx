import { useEffect, useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { type Address, elsewhere, go } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import { Attempted, Told, carried, triedWords, useTried } from "../shared/attempts/attempted.tsx";
import type { Client } from "../shared/client.ts";
import { Link } from "../shared/link.tsx";
import { Loaded, type Loading, useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { ShareLinks } from "../shared/share/share_links.tsx";
import { problemOf } from "../shared/problems.ts";
import { clock } from "../shared/times.ts";
import { EarlierEstimate } from "./estimate.tsx";
import { type Gateway, PayChoice, notedProblem, openPayment, useGateways } from "./paying.tsx";
import { type Order, answersOf, notPickedUp, onTheWay, otherDoors, parcels, setbackWords, waitsForMoney } from "./order_words.ts";
import { State } from "./order_state.tsx";
import { OtherDoor } from "./other_door.tsx";
import { orderStepWords } from "../shared/order_steps.ts";
import { Reasoned } from "../shared/reasoned.tsx";
import type { Say } from "./speech.ts";
import { Sums } from "../shared/sums.tsx";

const RENEWED_MS = 15_000;

interface Given {
  id: string;
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

/** One order: how it stands, what can be done about it, what is in it and what happened. */
export function OrderPage({ id, client, address, language, say }: Given) {
  const path = `/api/v1/marketplace/orders/${encodeURIComponent(id)}/`;
  const order = useLoading(() => client.call<Order>(path), [id], RENEWED_MS);
  const paid = useReturn(client, address, order);
  return (
    <>
      <p><Link href="/shop/orders">{say("orders.back")}</Link></p>
      {paid !== "" && <p class="card" role="status">{say(paid === "completed" ? "paid.completed" : paid === "processing" ? "paid.processing" : "paid.not")}</p>}
      <Loaded of={order} language={language} say={say} lines={5}>
        {(one) => (
          <div class="order">
            <header>
              <Answer order={one} client={client} language={language} say={say} />
              <p class="quiet"><span class="number">{one.order_number}</span> · {clock(Date.parse(one.created_at), Date.now(), language)}</p>
              <State order={one} say={say} />
            </header>
            <EarlierEstimate order={one} language={language} say={say} />
            {one.setbacks.length > 0 && (
              <section class="card" data-setbacks>
                <h2>{say("setbacks")}</h2>
                {setbackWords(one, language, say).map((text) => <p key={text}>{text}</p>)}
              </section>
            )}
            {onTheWay(one).map((number) => <Attempted key={number} number={number} client={client} language={language} />)}
            <Doing order={one} loading={order} client={client} language={language} say={say} />
            <section class="card">
              <h2>{say(one.is_paid ? "order.paid_for" : "checkout.what")}</h2>
              <ul class="lines">
                {one.items.map((item) => (
                  <li key={item.id}>
                    <span>{say("line", { count: item.quantity, name: item.product.name })}</span>
                    <span class="number">{money(item.total_price, language)}</span>
                  </li>
                ))}
              </ul>
              {one.sales.map(({ id, product_id, quantity, quantity_delivered: accepted }) => accepted !== null && (
                <p key={id}>{say("order.part", { accepted, quantity, name: one.items.find(({ product }) => product.id === product_id)?.product.name ?? "" })}</p>
              ))}
              <Sums sums={one} language={language} say={say} />
            </section>
            <section class="card">
              <h2>{say("checkout.where")}</h2>
              <p>{one.delivery.customer_name} · <span class="number">{one.delivery.phone_number}</span></p>
              <p>{one.delivery.full_address}</p>
              {otherDoors(one).map(({ number, door }) => <p key={number} data-door={number}>{say("door.parcel", { number, door })}</p>)}
              {one.delivery.delivery_instructions !== "" && <p class="quiet">{one.delivery.delivery_instructions}</p>}
            </section>
            <section class="card">
              <h2>{say("history")}</h2>
              <ol class="history">
                <Told numbers={carried(one.sales)} client={client} language={language} events={one.tracking_events.map((event) => ({ at: Date.parse(event.created_at), text: orderStepWords(event, language, say) }))} />
              </ol>
            </section>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Answer({ order, client, language, say }: Omit<DoingGiven, "loading">) {
  const { tracking_number } = order;
  const tried = useTried(tracking_number !== null && onTheWay(order).includes(tracking_number) ? tracking_number : null, client);
  const told = tried === null ? "" : tried.next_try === null ? triedWords(tried, language) : say("status.waits");
  const { first, then } = answersOf(order, Date.now(), language, say, told);
  return <><h1>{first}</h1>{then !== "" && <p>{then}</p>}</>;
}

type PaymentStatus = components["schemas"]["TransactionStatus"] | "";

/** The browser came back from the gateway: the payment is looked up, whatever the address says of it. */
function useReturn(client: Client, address: Address, order: Loading<Order>): PaymentStatus {
  const transaction = address.query.get("transaction_id");
  const [status, setStatus] = useState<PaymentStatus>("");
  useEffect(() => {
    if (transaction === null) return;
    let left = false;
    const body = { transaction_id: transaction };
    client
      .call<components["schemas"]["VerifiedAnswer"]>("/api/v1/payments/verify/", { method: "POST", body })
      .then(({ data }) => setStatus(data.payment_status), () => setStatus("processing"))
      .then(() => {
        if (left) return; // whoever went on is not brought back
        go(address.path, { replace: true }); // a reload asks nobody again
        return order.reload();
      });
    return () => void (left = true);
  }, [transaction]);
  // What was pending is settled beside requests; once the order is paid the note would be a lie.
  return status === "processing" && order.value?.is_paid === true ? "completed" : status;
}

interface DoingGiven {
  order: Order;
  loading: Loading<Order>;
  client: Client;
  language: Language;
  say: Say;
}

/** What a buyer can do about an order now. */
function Doing({ order, loading, client, language, say }: DoingGiven) {
  const [asked, setAsked] = useState<"cancel" | "refund" | null>(null);
  const [sharing, setSharing] = useState("");
  const [moving, setMoving] = useState<string | null>(""); // a parcel's number, null for what is not packed
  const path = `/api/v1/marketplace/orders/${order.id}/`;
  const cancel = useActing<string>(say, async (_, key) => {
    loading.set(await client.call<Order>(`${path}cancel/`, { method: "POST", idempotencyKey: key }));
    setAsked(null);
  });
  const refund = useActing<string>(say, async (reason, key) => {
    const body = reason === "" ? {} : { reason };
    const answer = await client.call<components["schemas"]["OrderRefundAnswer"]>(`${path}refund/`, { method: "POST", body, idempotencyKey: key });
    loading.set(answer.order);
    setAsked(null);
  });
  return (
    <div class="doing">
      {waitsForMoney(order) && <PayAgain order={order} client={client} language={language} say={say} />}
      <div class="actions">
        {parcels(order).map(({ number, arrived }) => (
          <a key={number} class={arrived ? "button" : "button first"} href={elsewhere(`/t/${number}`)}>{say(arrived ? "order.journey" : "order.follow")}{parcels(order).length > 1 && <> <span class="number">{number}</span></>}</a>
        ))}
        {parcels(order).filter(({ arrived }) => !arrived).map(({ number }) => (
          <button key={number} type="button" class="button" aria-expanded={sharing === number} onClick={() => setSharing(sharing === number ? "" : number)}>{say("share")}{parcels(order).length > 1 && <> <span class="number">{number}</span></>}</button>
        ))}
        {order.can_change_address && (
          <button type="button" class="button" onClick={() => setMoving(null)}>{say("door.change")}{parcels(order).length > 0 && <> <span class="number">{order.order_number}</span></>}</button>
        )}
        {notPickedUp(order).map((number) => (
          <button key={number} type="button" class="button" onClick={() => setMoving(number)}>{say("door.change")}{(parcels(order).length > 1 || order.can_change_address) && <> <span class="number">{number}</span></>}</button>
        ))}
        {order.transaction_id !== null && <Link class="button" href={`/shop/invoices/${order.transaction_id}`}>{say("invoice")}</Link>}
        {order.can_cancel && <button type="button" class="button" onClick={() => setAsked("cancel")}>{say("order.cancel")}</button>}
        {order.can_refund && !order.can_cancel && <button type="button" class="button" onClick={() => setAsked("refund")}>{say("order.object")}</button>}
      </div>
      {parcels(order).some((one) => one.number === sharing && !one.arrived) && <ShareLinks key={sharing} number={sharing} client={client} language={language} />}
      {moving !== "" && <OtherDoor key={moving} number={moving} order={order} client={client} language={language} onDone={() => void loading.reload()} onClose={() => setMoving("")} say={say} />}
      {asked === "cancel" && (
        <Reasoned title={say(order.is_paid ? "order.cancel.paid" : "order.cancel.sure")} label={null} action={say("order.cancel")} acting={cancel} onClose={() => setAsked(null)} say={say} />
      )}
      {asked === "refund" && (
        <Reasoned title={say("order.object")} label={say("order.object.why")} action={say("order.object.send")} acting={refund} onClose={() => setAsked(null)} say={say} />
      )}
    </div>
  );
}

function PayAgain({ order, client, language, say }: Omit<DoingGiven, "loading">) {
  const [noted] = useState(() => notedProblem(order.id));
  const [gateway, setGateway] = useState<Gateway>({ slug: "KHALTI", bank: "" });
  const gateways = useGateways(client);
  const pay = useActing<Gateway>(say, (chosen, key) => openPayment(client, { order, gateway: chosen, phone: order.delivery.phone_number }, key));
  const problem = pay.problem === "" && noted !== null && !pay.pending ? problemOf(noted, say) : pay.problem;
  return (
    <section class="card fields">
      <PayChoice gateways={gateways} chosen={gateway} choose={setGateway} fields={pay.fields} say={say} />
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      <button type="button" class="button first" disabled={pay.pending} onClick={() => void pay.start(gateway)}>
        {pay.pending ? say("pay.pending") : say("pay", { amount: money(order.total_to_pay, language) })}
      </button>
    </section>
  );
}
