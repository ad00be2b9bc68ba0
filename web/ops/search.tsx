import type { components } from "../shared/api.ts";
import { changed, elsewhere, go, readAddress } from "../shared/address.ts";
import { Field } from "../shared/field.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { searchText } from "../shared/search_text.ts";
import { type Given, when } from "./given.ts";
import { wordOf } from "./speech.ts";

type Found = components["schemas"]["Found"];
const NOTHING: Found = { deliveries: [], orders: [], people: [] };

/** One box for parcels, orders and people. */
export function Search({ client, address, language, say }: Given) {
  const text = searchText(address.query.get("find") ?? "");
  const found = useLoading(() => (text === "" ? Promise.resolve(NOTHING) : client.call<Found>(`/api/v1/operations/search/?${new URLSearchParams({ search: text })}`)), [text]);
  return (
    <>
      <h1>{say("search.title")}</h1>
      <Field
        label={say("search.label")}
        name="find"
        type="search"
        value={address.query.get("find") ?? ""}
        onValue={(find) => go(changed(readAddress(location.href), { find }), { replace: true })}
        help={say("search.help")}
      />
      <Loaded of={found} language={language} say={say}>
        {({ deliveries, orders, people }) => (
          <>
            {text !== "" && deliveries.length + orders.length + people.length === 0 && <p class="card">{say("search.none")}</p>}
            {deliveries.length > 0 && (
              <section>
                <h2>{say("search.deliveries")}</h2>
                <ul class="found">
                  {deliveries.map((one) => (
                    <li key={one.id}>
                      <a class="number" href={elsewhere(`/t/${one.tracking_number}`)}>{one.tracking_number}</a> · {wordOf("delivery", one.status, say)} · {one.delivery_contact_name}, {one.delivery_address} · {when(one.created_at, language)}
                    </li>
                  ))}
                </ul>
              </section>
            )}
            {orders.length > 0 && (
              <section>
                <h2>{say("search.orders")}</h2>
                <ul class="found">
                  {orders.map((one) => (
                    <li key={one.id}>
                      <a class="number" href={`/ops/audit?subject_kind=order&subject_id=${one.id}`}>{one.order_number}</a> · {wordOf("order", one.order_status, say)} · {one.customer_name} · {when(one.created_at, language)}
                    </li>
                  ))}
                </ul>
              </section>
            )}
            {people.length > 0 && (
              <section>
                <h2>{say("search.people")}</h2>
                <ul class="found">
                  {people.map((one) => (
                    <li key={one.id}>
                      <a href={`/ops/users?${new URLSearchParams({ find: one.email, open: String(one.id) })}`}>{one.email}</a> · {one.name} · {one.roles.map((role) => wordOf("role", role, say)).join(", ")}
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
