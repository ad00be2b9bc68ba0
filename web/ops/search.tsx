import { useEffect } from "preact/hooks";
import type { components } from "../shared/api.ts";
import { changed, go, readAddress } from "../shared/address.ts";
import { Field } from "../shared/field.tsx";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { searchText } from "../shared/search_text.ts";
import { type Given, when } from "./given.ts";
import { deliveryPath, orderPath } from "./told.ts";
import { wordOf } from "./speech.ts";

type Found = components["schemas"]["Found"];
const NOTHING: Found = { deliveries: [], orders: [], people: [], deliveries_count: 0, orders_count: 0, people_count: 0 };
const FIRST = 10;
const MOST = 200;

/** One box for parcels, orders and people. */
export function Search({ client, address, language, say }: Given) {
  const text = searchText(address.query.get("find") ?? "");
  const shown = address.query.has("all") ? MOST : FIRST;
  const asked = new URLSearchParams({ search: text, page_size: String(shown) });
  const found = useLoading(() => (text === "" ? Promise.resolve(NOTHING) : client.call<Found>(`/api/v1/operations/search/?${asked}`)), [asked.toString()]);
  useEffect(() => {
    // Whoever comes to this room comes to type; the new room has taken the focus before.
    const ready = setTimeout(() => document.querySelector<HTMLElement>("#content input[name=find]")?.focus());
    return () => clearTimeout(ready);
  }, []);
  return (
    <>
      <h1>{say("search.title")}</h1>
      <Field
        label={say("search.label")}
        name="find"
        type="search"
        value={address.query.get("find") ?? ""}
        onValue={(find) => go(changed(readAddress(location.href), { find, all: null }), { replace: true })}
        help={say("search.help")}
      />
      <Loaded of={found} language={language} say={say}>
        {({ deliveries, orders, people, ...counts }) => (
          <>
            {text !== "" && deliveries.length + orders.length + people.length === 0 && <p class="card">{say("search.none")}</p>}
            {deliveries.length > 0 && (
              <section>
                <h2>{say("search.deliveries")} · {say("count", { count: counts.deliveries_count })}</h2>
                <ul class="found">
                  {deliveries.map((one) => (
                    <li key={one.id}>
                      <Link class="number" href={deliveryPath(one.id)}>{one.tracking_number}</Link> · {wordOf("delivery", one.status, say)} · {one.delivery_contact_name}, {one.delivery_address} · {when(one.created_at, language)}
                    </li>
                  ))}
                </ul>
                <Rest shown={deliveries.length} of={counts.deliveries_count} address={address} say={say} />
              </section>
            )}
            {orders.length > 0 && (
              <section>
                <h2>{say("search.orders")} · {say("count", { count: counts.orders_count })}</h2>
                <ul class="found">
                  {orders.map((one) => (
                    <li key={one.id}>
                      <Link class="number" href={orderPath(one.id)}>{one.order_number}</Link> · {wordOf("order", one.order_status, say)} · {one.customer_name} · {when(one.created_at, language)}
                    </li>
                  ))}
                </ul>
                <Rest shown={orders.length} of={counts.orders_count} address={address} say={say} />
              </section>
            )}
            {people.length > 0 && (
              <section>
                <h2>{say("search.people")} · {say("count", { count: counts.people_count })}</h2>
                <ul class="found">
                  {people.map((one) => (
                    <li key={one.id}>
                      <a href={`/ops/users?${new URLSearchParams({ find: one.email, open: String(one.id) })}`}>{one.email}</a> · {one.name} · {one.roles.map((role) => wordOf("role", role, say)).join(", ")}
                    </li>
                  ))}
                </ul>
                <Rest shown={people.length} of={counts.people_count} address={address} say={say} />
              </section>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

/** How many of a kind are not shown, and the way to them: all at once, as far as the server tells them. */
function Rest({ shown, of, address, say }: { shown: number; of: number } & Pick<Given, "address" | "say">) {
  if (shown >= of) return null;
  return (
    <p class="small">
      {say("search.some", { count: shown, of })}{" "}
      {shown < MOST ? <Link href={changed(address, { all: "yes" })}>{say("search.all")}</Link> : say("search.narrow")}
    </p>
  );
}
