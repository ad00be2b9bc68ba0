import { useEffect, useState } from "preact/hooks";
import type { Address } from "../shared/addresses/addresses.ts";
import type { Client } from "../shared/client.ts";
import { useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import type { Cart } from "./basket.ts";
import { type Estimated, doorOf, lacksDoor, toldOf } from "./estimate_words.ts";
import type { Say } from "./speech.ts";

/** Whoever types is not asked for at each sign. */
const SETTLED_AFTER_MS = 700;

interface Given {
  client: Client;
  cart: Cart;
  form: Address;
  language: Language;
  say: Say;
}

/** What delivery costs and when it would come, before it is paid. It informs: nothing waits for it. */
export function Estimate({ client, cart, form, language, say }: Given) {
  const wanted = JSON.stringify([cart.id, cart.items.map(({ product_id, quantity }) => [product_id, quantity]), doorOf(form)]);
  const asked = useSettled(wanted);
  const estimate = useLoading(async () => {
    const body = (JSON.parse(asked) as [number, unknown, Record<string, unknown>])[2];
    const answer = await client.call<Estimated>(`/api/v1/marketplace/carts/${cart.id}/delivery-estimate/`, { method: "POST", body });
    return { asked, answer };
  }, [asked]);
  const current = estimate.value?.asked === wanted ? estimate.value.answer : null;
  const failed = current === null && estimate.problem !== null && asked === wanted;
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
        <ul>
          {toldOf(of.parcels, Date.now(), language, say).map(({ goods, seller, answer, more }) => (
            <li key={`${seller} ${goods}`}>
              <p><strong>{answer}</strong></p>
              <p class="small quiet">{goods} {say("by", { seller })}</p>
              {more.map((text) => <p key={text} class="small quiet">{text}</p>)}
            </li>
          ))}
        </ul>
      )}
      <p class="small quiet">{say("estimate.cost", { amount: money(of.shipping_cost, language), fees: money(of.delivery_fees, language) })}</p>
    </>
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
