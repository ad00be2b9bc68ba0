// A delivery as an admin reads it: how it stands, whose it is, its money, what happened to it and through whose hands it went.
import "./trade.css";
import { elsewhere } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { Mark } from "../../shared/mark.tsx";
import { distance, kilos, money } from "../../shared/numbers.ts";
import { paidState } from "../../shared/paid_state.ts";
import { ProofOf } from "../../shared/proof/late.tsx";
import { SaveWay } from "../../shared/ways/save_way.tsx";
import { Facts } from "../facts.tsx";
import { when } from "../given.ts";
import { EndOf } from "../parcels/late.tsx";
import { wordOf } from "../speech.ts";
import { deliveryPath, orderPath } from "../told.ts";
import type { TradeGiven } from "./given.ts";
import { Attempts, Hands, Steps } from "./happened.tsx";
import { deliveryMark, stateOf } from "./marks.ts";
import { tradeWord } from "./words.ts";

type Details = components["schemas"]["DetailedDelivery"];
type Sale = components["schemas"]["SaleDetails"];
type Hands_ = components["schemas"]["AssignmentHistory"];
interface Whole {
  delivery: Details;
  hands: Hands_;
  sale: Sale;
}
type Shown = Pick<TradeGiven, "language" | "say">;
const RENEWED_MS = 30_000;

/** Raises Refused or Unreachable. */
async function wholeOf(client: Client, id: string): Promise<Whole> {
  const path = `/api/deliveries/${encodeURIComponent(id)}/`;
  const [delivery, hands] = await Promise.all([client.call<Details>(path), client.call<Hands_>(`${path}assignments/`)]);
  return { delivery, hands, sale: await client.call<Sale>(`/api/marketplace/sales/${delivery.marketplace_sale}/`) };
}

export function DeliveryRoom({ client, address, language, say }: TradeGiven) {
  const id = address.path.slice(deliveryPath("").length);
  const whole = useLoading(() => wholeOf(client, id), [id], RENEWED_MS);
  return (
    <>
      <p><Link href="/ops/deliveries">{say("deliveries")}</Link></p>
      <Loaded of={whole} language={language} say={say} lines={8}>
        {({ delivery, hands, sale }) => (
          <div class="whole" data-delivery={delivery.id}>
            <h1 class="number">{delivery.tracking_number}</h1>
            <p class="actions">
              <a class="button" href={elsewhere(`/t/${delivery.tracking_number}`)}>{say("tracking.page")}</a>
              <a class="button" href={elsewhere(`/console?delivery=${delivery.id}`)}>{say("at_console")}</a>
              <Link class="button" href={`/ops/audit?subject_kind=delivery&subject_id=${delivery.id}`}>{say("order.audit")}</Link>
              {delivery.transporter !== null && <SaveWay id={delivery.id} number={delivery.tracking_number} words={say("way.save")} client={client} say={say} />}
            </p>
            <div class="halves">
              <section class="card"><h2>{say("stands")}</h2><Standing delivery={delivery} language={language} say={say} /></section>
              <section class="card"><h2>{say("money")}</h2><Money delivery={delivery} sale={sale} language={language} say={say} /></section>
              <section class="card"><h2>{say("from")}</h2><Place of={delivery} at="pickup" say={say} /></section>
              <section class="card"><h2>{say("to")}</h2><Place of={delivery} at="delivery" say={say} /></section>
            </div>
            <section class="card"><h2>{say("history")}</h2><Steps of={delivery.tracking_history} language={language} say={say} /></section>
            <section class="card"><h2>{say("attempts")}</h2><Attempts delivery={delivery} language={language} say={say} /></section>
            <section class="card"><h2>{say("hands")}</h2><Hands of={hands} language={language} say={say} /></section>
            <section class="card">
              <h2>{say("proof")}</h2>
              <ProofOf number={delivery.tracking_number} title={say("order.proof")} missing={say("room.missing")} client={client} language={language} say={say} />
            </section>
            <section class="card">
              <h2>{say("end")}</h2>
              <EndOf id={delivery.id} client={client} language={language} say={say} onDone={() => void whole.reload()} />
            </section>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Standing({ delivery, language, say }: { delivery: Details } & Shown) {
  const { sold, transporter, on_hold, hold, next_try } = delivery;
  const at = (moment: string | null): string | null => (moment === null ? null : when(moment, language));
  return (
    <Facts
      of={[
        [say("state"), <Mark as={deliveryMark(delivery)}>{say(stateOf(delivery))}</Mark>],
        [say("priority"), say(`priority.${delivery.priority}`)],
        [say("filter.transporter"), transporter === null ? null : <Link href={`/ops/transporters?open=${transporter.id}`}>{transporter.name}</Link>],
        [say("phone"), transporter?.phone == null ? null : <a href={`tel:${transporter.phone}`}>{transporter.phone}</a>],
        ...(sold === undefined ? [] : ([
          [say("filter.seller"), <Link href={`/ops/users?open=${sold.seller}`}>{sold.seller_name}</Link>],
          [say("order.customer"), <Link href={`/ops/users?open=${sold.buyer}`}>{sold.buyer_name}</Link>],
          [say("refund.order"), sold.order === null ? null : <Link href={orderPath(sold.order)}>{say("audit.order")}</Link>],
        ] as const)),
        [say("made"), at(delivery.created_at)],
        [say("ready"), at(delivery.ready_at)],
        [say("wanted.pickup"), at(delivery.requested_pickup_date)],
        [say("wanted.door"), at(delivery.requested_delivery_date)],
        [say("expected"), at(delivery.estimated_delivery_time)],
        [say("assigned_at"), at(delivery.assigned_at)],
        [say("picked_up_at"), at(delivery.picked_up_at)],
        [say("delivered_at"), at(delivery.delivered_at)],
        ...(on_hold === null ? [] : [[say("on_hold"), [on_hold.reason, on_hold.by_name, at(on_hold.until)].filter(Boolean).join(" · ")] as const]),
        ...(hold == null ? [] : [[say("held_back"), at(hold.until)] as const]),
        ...(next_try === null ? [] : [[say("next_try"), `${when(next_try.starts_at, language)} · ${tradeWord("asker", next_try.asked_by, say)}`] as const]),
        ...(delivery.return_of === null ? [] : [[say("return_of"), <Link href={deliveryPath(delivery.return_of)}>{say("return_of.first")}</Link>] as const]),
        ...(delivery.customer_rating === null ? [] : [[say("rating"), say("rating.star", { count: delivery.customer_rating })] as const]),
      ]}
    />
  );
}

function Money({ delivery, sale, language, say }: { delivery: Details; sale: Sale } & Shown) {
  const { package_details: parcel, quantity, quantity_accepted, partial_reason } = delivery;
  const rupees = (amount: number | string | null | undefined): string | null => (amount == null ? null : money(amount, language));
  return (
    <Facts
      of={[
        [say("goods"), say("line", { count: quantity, name: sale.product.name })],
        ...(quantity_accepted === null || partial_reason === null ? [] : [[say("accepted"), `${say("accepted.of", { count: quantity_accepted, total: quantity })} · ${tradeWord("partly", partial_reason, say)}`] as const]),
        [say("total"), rupees(sale.total_amount)],
        [say("order.payment"), wordOf("payment", paidState(sale), say)],
        [say("order.went_back"), Number(sale.refunded) === 0 ? null : rupees(sale.refunded)],
        ...(sale.order === null ? [] : [[say("refunds"), <Link href={`/ops/refunds?order=${sale.order}`}>{say("refunds.of_order")}</Link>] as const]),
        [say("fee"), rupees(delivery.delivery_fee)],
        [say("earnings"), rupees(delivery.earnings)],
        [say("value"), rupees(parcel.value)],
        [say("weight"), say("kilograms", { count: kilos(parcel.weight) })],
        [say("distance"), delivery.distance_km === null ? null : distance(delivery.distance_km * 1000, language)],
        [say("special"), delivery.special_instructions],
      ]}
    />
  );
}

function Place({ of, at, say }: { of: Details; at: "pickup" | "delivery"; say: TradeGiven["say"] }) {
  const [lat, lon, phone] = [of[`${at}_latitude`], of[`${at}_longitude`], of[`${at}_contact_phone`]];
  return (
    <Facts
      of={[
        [say("address"), of[`${at}_address`]],
        [say("name"), of[`${at}_contact_name`]],
        [say("phone"), phone === null ? null : <a href={`tel:${phone}`}>{phone}</a>],
        [say("place"), lat === null || lon === null ? null : <span class="number">{lat.toFixed(5)}, {lon.toFixed(5)}</span>],
        [say("instructions"), of[`${at}_instructions`]],
      ]}
    />
  );
}
