import { useEffect, useRef, useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { go } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import { type Client, Refused, Unreachable } from "../shared/client.ts";
import { useDraft } from "../shared/drafts.ts";
import { useHere } from "../shared/here.ts";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import type { Person } from "../shared/session.ts";
import { AddressFields } from "../shared/addresses/address_fields.tsx";
import { type Cart, afterOrder } from "./basket.ts";
import { Estimate } from "./estimate.tsx";
import type { Estimated } from "./estimate_words.ts";
import { keepEstimate } from "./kept_estimate.ts";
import { cartOf, keepBasket, keptBasket, useBasket } from "./keeping.ts";
import { type Gateway, PayChoice, noteProblem, openPayment, useGateways } from "./paying.tsx";
import { type Address, KEEPINGS, type Keeping, type KeepingChoice, bodyOf, emptyAddress, keepAddress } from "../shared/addresses/addresses.ts";
import type { Say } from "./speech.ts";
import { Sums } from "../shared/sums.tsx";

type Order = components["schemas"]["OrderAnswer"];

interface Wanted {
  cart: Cart;
  form: Address;
  gateway: Gateway;
}

/** The order on one page: where it goes, what it costs, how it is paid. */
export function Checkout({ client, person, language, say }: { client: Client; person: Person; language: Language; say: Say }) {
  const basket = useBasket();
  const contents = JSON.stringify(basket.lines);
  const cart = useLoading(() => cartOf(client), [contents]);
  const gateways = useGateways(client);
  const [gateway, setGateway] = useState<Gateway>({ slug: "KHALTI", bank: "" });
  const { form, fresh, change, fill, drop } = useDraft<Address>("shop.address", emptyAddress(person.name, person.phone ?? ""));
  const told = useRef<Estimated | null>(null);
  const keeping = useKeeping();
  const here = useHere();
  const order = useActing<Wanted>(say, async (wanted, key) => {
    const made = await makeOrder(client, wanted, key);
    if (told.current !== null) keepEstimate(made.id, told.current);
    keepBasket(afterOrder(keptBasket(), made.items));
    await keepBeside(client, wanted.form, keeping.chosen, `${key}-address`);
    try {
      await openPayment(client, { order: made, gateway: wanted.gateway, phone: wanted.form.phone }, `${key}-pay`);
    } catch (error) {
      noteProblem(made.id, error); // it is ordered; what is left to do stands on its page
      if (here.current) go(`/shop/orders/${made.id}`, { replace: true }); // whoever went on is not brought back
    } finally {
      drop();
      keeping.forget();
    }
  });
  useEffect(() => {
    if (order.error !== null) void cart.reload(); // prices or stock may be what changed
  }, [order.error]);

  if (basket.lines.length === 0 && !order.pending) {
    return <p class="card">{say("cart.empty")} <Link href="/shop">{say("shop.back")}</Link></p>;
  }
  return (
    <form
      class="checkout"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (cart.value !== null) void order.start({ cart: cart.value, form, gateway });
      }}
    >
      <section class="card fields">
        <h2>{say("checkout.where")}</h2>
        <AddressFields client={client} form={form} change={change} fields={order.fields} language={language} fill={(usual) => fresh() && fill(() => usual)} keeping={keeping} />
      </section>
      <section class="card fields">
        <h2>{say("checkout.what")}</h2>
        <Loaded of={cart} language={language} say={say}>
          {(one) => (
            <>
              <ul class="lines">
                {one.items.map((item) => (
                  <li key={item.id}>
                    <span>{say("line", { count: item.quantity, name: item.product_name })}</span>
                    <span class="number">{money(item.total_price, language)}</span>
                  </li>
                ))}
              </ul>
              <Sums sums={one} language={language} say={say} />
              <Estimate client={client} cart={one} form={form} onTold={(now) => { told.current = now; }} language={language} say={say} />
              <PayChoice gateways={gateways} chosen={gateway} choose={setGateway} fields={order.fields} say={say} />
              <p class="problem" role="alert">{order.problem}</p>
              <button class="button first" disabled={order.pending || cart.slow}>
                {order.pending ? say("pay.pending") : say("pay", { amount: money(one.total_to_pay, language) })}
              </button>
              <p class="small quiet">{say("pay.then")}</p>
            </>
          )}
        </Loaded>
      </section>
    </form>
  );
}

/** Whoever said that an address is not to be kept need not say it again after a reload. */
function useKeeping(): KeepingChoice {
  const { form, fresh, change, fill, drop } = useDraft("shop.keeping", { what: "no" });
  return {
    chosen: KEEPINGS.find((one) => one === form.what) ?? "no",
    choose: (what) => change({ what }),
    suggest: (what) => {
      if (fresh()) fill(() => ({ what }));
    },
    forget: drop,
  };
}

async function makeOrder(client: Client, { cart, form }: Wanted, key: string): Promise<Order> {
  return await client.call<Order>("/api/v1/marketplace/orders/create/", {
    method: "POST",
    idempotencyKey: key,
    body: { cart_id: cart.id, delivery_info: bodyOf(form) },
  });
}

/** For orders to come; where it cannot be kept, such as where there are twenty or no network, what is ordered already goes on all the same. */
async function keepBeside(client: Client, form: Address, keeping: Keeping, key: string): Promise<void> {
  try {
    await keepAddress(client, form, keeping, key);
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
  }
}
