import { useEffect, useState } from "preact/hooks";
import type { Address } from "../shared/addresses/addresses.ts";
import type { Client } from "../shared/client.ts";
import { useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import type { Cart } from "./basket.ts";
import { type Estimated, doorOf, lacksDoor, toldOf } from "./estimate_words.ts";
import { keptEstimate } from "./kept_estimate.ts";
import type { Order } from "./order_words.ts";
import type { Say } from "./speech.ts";

/** Whoever types is not asked for at each sign. */
const SETTLED_AFTER_MS = 700;

interface Given {
  client: Client;
  cart: Cart;
  form: Address;
  /** Hears what is told of the address as it is; null while nothing is. */
  onTold: (told: Estimated | null) => void;
  language: Language;
  say: Say;
}

/** What delivery costs and when it would come, before it is paid. It informs: nothing waits for it. */
export function Estimate({ client, cart, form, onTold, language, say }: Given) {
  const wanted = JSON.stringify([cart.id, cart.items.map(({ product_id, quantity }) => [product_id, quantity]), doorOf(form)]);
  const asked = useSettled(wanted);
  const estimate = useLoading(async () => {
    const body = (JSON.parse(asked) as [number, unknown, Record<string, unknown>])[2];
    const answer = await client.call<Estimated>(`/api/v1/marketplace/carts/${cart.id}/delivery-estimate/`, { method: "POST", body });
    return { asked, answer };
  }, [asked]);
  const current = estimate.value?.asked === wanted ? estimate.value.answer : null;
  const failed = current === null && estimate.problem !== null && asked === wanted;
  useEffect(() => onTold(current), [current]);
  return (
    <section class="estimate" aria-labelledby="estimate" aria-busy={current === null && !failed} data-estimate={current !== null ? "told" : failed ? "failed" : "asked"}>
      <h3 id="estimate">{say("estimate")}</h3>
      <div role="status">
        {current !== null ? <Parcels of={current} language={language} say={say} /> : <p class="small quiet">{say(failed ? "estimate.failed" : "estimate.asked")}</p>}
      </div>
    </section>
  );
}

function Parcels({ of, language, say }: { of: Estimated; language: Language; say: Say }) {
  return (
    <>
      {lacksDoor(of) ? (
        <p>{say("estimate.no_door_point")}</p>
      ) : (
        <Arrivals parcels={of.parcels} language={language} say={say} />
      )}
      <p class="small quiet">{say("estimate.cost", { amount: money(of.shipping_cost, language) })}</p>
    </>
  );
}

function Arrivals({ parcels, language, say }: { parcels: Estimated["parcels"]; language: Language; say: Say }) {
  return (
    <ul>
      {toldOf(parcels, Date.now(), language, say).map(({ goods, seller, answer, more }) => (
        <li key={`${seller} ${goods}`}>
          <p><strong>{answer}</strong></p>
          <p class="small quiet">{goods} {say("by", { seller })}</p>
          {more.map((text) => <p key={text} class="small quiet">{text}</p>)}
        </li>
      ))}
    </ul>
  );
}

/** What was said when it was ordered, for as long as nothing better is known. */
export function EarlierEstimate({ order, language, say }: { order: Pick<Order, "id" | "order_status" | "estimated_delivery_date">; language: Language; say: Say }) {
  const [parcels] = useState(() => keptEstimate(order.id));
  const waits = ["pending", "confirmed", "processing"].includes(order.order_status) && order.estimated_delivery_date === null;
  if (parcels === null || !waits || lacksDoor({ parcels })) return null;
  return (
    <section class="card estimate" aria-labelledby="estimate">
      <h2 id="estimate">{say("estimate.when_ordered")}</h2>
      <Arrivals parcels={parcels} language={language} say={say} />
    </section>
  );
}

/** A value once it has stood still; the first at once. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (value === settled) return;
    const later = setTimeout(() => setSettled(value), SETTLED_AFTER_MS);
    return () => clearTimeout(later);
  }, [value, settled]);
  return settled;
}
