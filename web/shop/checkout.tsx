import { useEffect, useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { go } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { useDraft } from "../shared/drafts.ts";
import { Field } from "../shared/field.tsx";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { PlaceField } from "../shared/place_field.tsx";
import { placeOf } from "../shared/places.ts";
import type { Person } from "../shared/session.ts";
import { type Cart, EMPTY } from "./basket.ts";
import { cartOf, keepBasket, keptBasket, useBasket } from "./keeping.ts";
import { type Gateway, PayChoice, noteProblem, openPayment, useGateways } from "./paying.tsx";
import type { Say } from "./speech.ts";
import { Sums } from "./sums.tsx";

type Order = components["schemas"]["OrderAnswer"];
type Address = { name: string; phone: string; address: string; city: string; place: string; instructions: string };

interface Wanted {
  cart: Cart;
  form: Address;
  gateway: Gateway;
}

/** The order on one page: where it goes, what it costs, how it is paid. */
export function Checkout({ client, person, language, say }: { client: Client; person: Person; language: Language; say: Say }) {
  const basket = useBasket();
  const contents = JSON.stringify(basket.lines);
  const cart = useLoading(() => cartOf(client, keptBasket()), [contents]);
  const gateways = useGateways(client);
  const [gateway, setGateway] = useState<Gateway>({ slug: "KHALTI", bank: "" });
  const { form, change, drop } = useDraft<Address>("shop.address", {
    name: person.name,
    phone: person.phone ?? "",
    address: "",
    city: "Kathmandu",
    place: "",
    instructions: "",
  });
  const order = useActing<Wanted>(say, async (wanted, key) => {
    const made = await makeOrder(client, wanted, key);
    keepBasket(EMPTY);
    try {
      await openPayment(client, { order: made, gateway: wanted.gateway, phone: wanted.form.phone }, `${key}-pay`);
      drop();
    } catch (error) {
      noteProblem(made.id, error); // it is ordered; what is left to do stands on its page
      go(`/shop/orders/${made.id}`, { replace: true });
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
        <AddressFields form={form} change={change} fields={order.fields} say={say} />
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

interface AddressGiven {
  form: Address;
  change: (changes: Partial<Address>) => void;
  fields: Readonly<Record<string, string>>;
  say: Say;
}

function AddressFields({ form, change, fields, say }: AddressGiven) {
  return (
    <>
      <div class="pair">
        <Field label={say("name")} name="customer_name" value={form.name} onValue={(name) => change({ name })} problem={fields["customer_name"]} more={{ autocomplete: "name" }} />
        <Field label={say("phone")} name="phone_number" type="tel" value={form.phone} onValue={(phone) => change({ phone })} problem={fields["phone_number"]} help={say("phone.help")} more={{ autocomplete: "tel" }} />
      </div>
      <div class="pair">
        <Field label={say("address")} name="address" value={form.address} onValue={(address) => change({ address })} problem={fields["address"]} more={{ autocomplete: "street-address" }} />
        <Field label={say("city")} name="city" value={form.city} onValue={(city) => change({ city })} problem={fields["city"]} more={{ autocomplete: "address-level2" }} />
      </div>
      <PlaceField label={say("door")} name="place" value={form.place} onValue={(place) => change({ place })} problem={fields["latitude"] ?? fields["longitude"]} say={say} />
      <Field label={say("instructions")} name="delivery_instructions" lines={2} value={form.instructions} onValue={(instructions) => change({ instructions })} problem={fields["delivery_instructions"]} help={say("instructions.help")} />
    </>
  );
}

async function makeOrder(client: Client, { cart, form }: Wanted, key: string): Promise<Order> {
  const place = placeOf(form.place);
  return await client.call<Order>("/api/v1/marketplace/orders/create/", {
    method: "POST",
    idempotencyKey: key,
    body: {
      cart_id: cart.id,
      delivery_info: {
        customer_name: form.name,
        phone_number: form.phone,
        address: form.address,
        city: form.city,
        delivery_instructions: form.instructions,
        ...(place !== null && { latitude: place.lat, longitude: place.lon }),
      },
    },
  });
}
