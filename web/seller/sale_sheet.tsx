import { Printer, ReceiptText } from "lucide";
import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { elsewhere } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import { Attempted, Told, carried } from "../shared/attempts/attempted.tsx";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { orderStepWords } from "../shared/order_steps.ts";
import { ProofOf } from "../shared/proof/late.tsx";
import { Acts } from "./acts/late.tsx";
import { Reasoned } from "../shared/reasoned.tsx";
import type { Person } from "../shared/session.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { clock } from "../shared/times.ts";
import { DeliveryForm } from "./late_rooms.tsx";
import { States, deliveryWords } from "./sales.tsx";
import type { Say } from "./speech.ts";

type Delivery = components["schemas"]["DetailedDelivery"];
export type SaleDetails = components["schemas"]["SaleDetails"];

interface Given {
  id: string;
  client: Client;
  person: Person;
  language: Language;
  say: Say;
  onClose: () => void;
  onChanged: () => Promise<void>;
}

/** One sale: where it goes, what happened, and sending it off. */
export function SaleSheet({ id, client, person, language, say, onClose, onChanged }: Given) {
  const path = `/api/marketplace/sales/${encodeURIComponent(id)}/`;
  const sale = useLoading(() => client.call<SaleDetails>(path), [id]);
  const [asked, setAsked] = useState<"delivery" | "delivered" | null>(null);
  const changed = async (): Promise<void> => {
    setAsked(null);
    await Promise.all([sale.reload(), onChanged()]);
  };
  const reread = async (): Promise<SaleDetails> => {
    const now = await client.call<SaleDetails>(path);
    sale.set(now);
    return now;
  };
  const deliver = useActing<string>(say, async (_, key) => {
    await client.call(`${path}mark-as-delivered/`, { method: "POST", idempotencyKey: key });
    await changed();
  });
  return (
    <SideSheet title={sale.value?.order_number ?? say("sales")} onClose={onClose} say={say}>
      <Loaded of={sale} language={language} say={say}>
        {(one) => (
          <div class="fields">
            {one.tracking_number !== null && one.delivery_status === "in_transit" && <Attempted number={one.tracking_number} client={client} language={language} />}
            <Facts sale={one} language={language} say={say} />
            {isOpen(one) && (
              <div class="actions">
                {/* It stays where it is: whoever clicks twice would otherwise say that it has arrived. */}
                {/* A sale has one delivery, also where that was called off: it goes another way then. */}
                {one.delivery_id === null && <button type="button" class={asked === "delivery" ? "button" : "button first"} aria-expanded={asked === "delivery"} onClick={() => setAsked("delivery")}>{say("delivery.make")}</button>}
                <button type="button" class="button" onClick={() => setAsked("delivered")}>{say("sale.mark")}</button>
              </div>
            )}
            {one.delivery_id !== null && isUnderWay(one) && <Link class="button" href={`/seller/labels?of=${one.delivery_id}`}><Icon of={Printer} />{say("labels.one")}</Link>}
            <Link class="button" href={`/seller/invoices/${one.id}`}><Icon of={ReceiptText} />{say("invoice")}</Link>
            {one.tracking_number !== null && <a class="button" href={elsewhere(`/t/${one.tracking_number}`)}>{say(one.status === "delivered" ? "delivery.journey" : "delivery.follow")} <span class="number">{one.tracking_number}</span></a>}
            {one.tracking_number !== null && <ProofOf key={one.delivery_status} number={one.tracking_number} title={say("delivery.proof")} missing={say("room.missing")} client={client} language={language} say={say} />}
            {asked === "delivery" && <DeliveryForm sale={one} client={client} person={person} language={language} say={say} onMade={changed} onOther={reread} />}
            <Acts sale={one} client={client} language={language} onDone={changed} say={say} />
            <section>
              <h3>{say("history")}</h3>
              <History key={one.delivery_id} sale={one} client={client} language={language} say={say} />
            </section>
          </div>
        )}
      </Loaded>
      {asked === "delivered" && (
        <Reasoned title={say("sale.mark.sure")} label={null} action={say("sale.mark")} acting={deliver} onClose={() => setAsked(null)} say={say} />
      )}
    </SideSheet>
  );
}

/** What happened to it, with when it was sent off: an order's own history does not tell that. */
function History({ sale, client, language, say }: { sale: SaleDetails; client: Client; language: Language; say: Say }) {
  const { value: delivery } = useLoading(() => (sale.delivery_id === null ? Promise.resolve(null) : client.call<Pick<Delivery, "created_at">>(`/api/deliveries/${sale.delivery_id}/`).catch(() => null)), [sale.delivery_id]);
  const told = sale.tracking_events.map((event) => ({ at: Date.parse(event.created_at), text: orderStepWords(event, language, say) }));
  const sent = delivery === null ? [] : [{ at: Date.parse(delivery.created_at), text: say("sale.sent_off") }];
  return (
    <ol class="history">
      <Told numbers={carried([sale])} client={client} language={language} events={inOrder([...told, ...sent])} />
    </ol>
  );
}

function inOrder<One extends { at: number }>(lines: readonly One[]): One[] {
  return [...lines].sort((a, b) => a.at - b.at);
}

/** Whether it can still be sent off, or said to have arrived. */
function isOpen(sale: SaleDetails): boolean {
  return sale.status === "processing" && (sale.delivery_status === null || sale.delivery_status === "cancelled");
}

/** Whether its parcel is somewhere that a label is of use. */
function isUnderWay(sale: SaleDetails): boolean {
  return sale.delivery_status !== "delivered" && sale.delivery_status !== "cancelled";
}

function Facts({ sale, language, say }: { sale: SaleDetails; language: Language; say: Say }) {
  const to = sale.destination;
  return (
    <dl class="facts">
      <dt>{say("product")}</dt>
      <dd>{say("line", { count: sale.quantity, name: sale.product.name })}{sale.quantity_delivered !== null && <><br />{say("sale.part", { accepted: sale.quantity_delivered, quantity: sale.quantity })}</>}</dd>
      <dt>{say("total")}</dt>
      <dd class="number">{money(sale.total_amount, language)}</dd>
      <dt>{say("sale.buyer")}</dt>
      <dd>{to?.customer_name ?? sale.buyer_name}</dd>
      {to !== null && (
        <>
          <dt>{say("phone")}</dt>
          <dd class="number"><a href={`tel:${to.phone_number}`}>{to.phone_number}</a></dd>
          <dt>{say("to")}</dt>
          <dd>{to.full_address}{to.delivery_instructions !== "" && <><br /><span class="quiet">{to.delivery_instructions}</span></>}</dd>
        </>
      )}
      <dt>{say("sale.status")}</dt>
      <dd><States sale={sale} say={say} />{sale.payment_status === "paid" && Number(sale.refunded) > 0 && <><br />{say("sale.refunded_part", { amount: money(sale.refunded, language) })}</>}</dd>
      <dt>{say("delivery")}</dt>
      <dd>{deliveryWords(sale, say)}</dd>
      {sale.objection_until !== null && (
        <>
          <dt>{say("sale.objection")}</dt>
          <dd>{clock(Date.parse(sale.objection_until), Date.now(), language)}</dd>
        </>
      )}
    </dl>
  );
}
