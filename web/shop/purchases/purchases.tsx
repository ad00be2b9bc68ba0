// What a customer bought and spent, month by month.
import { useMemo } from "preact/hooks";
import "../../shared/table.css";
import "./purchases.css";
import { type Address, changed } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { Mark } from "../../shared/mark.tsx";
import { type Language, money } from "../../shared/numbers.ts";
import { clock, date } from "../../shared/times.ts";
import { speaker } from "../../shared/words.ts";
import { type Month, chosenOf, purchasesQuery, shares } from "./months.ts";
import own from "./words.json";

type Spending = components["schemas"]["SpendingAnswer"];
type Purchases = components["schemas"]["PageOfPurchaseAnswer"];
type Say = ReturnType<typeof speaker<typeof own>>;

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

export function PurchasesRoom({ client, address, language }: Omit<Given, "say">) {
  const say = useMemo(() => speaker(language, own), [language]);
  const spending = useLoading(() => client.call<Spending>("/api/marketplace/analytics/spending/"), []);
  return (
    <div class="purchases">
      <h1>{say("purchases")}</h1>
      <Loaded of={spending} language={language} say={say} lines={6}>
        {(found) =>
          found.months.length === 0 ? (
            <p class="card">{say("purchases.empty")} <Link href="/shop">{say("purchases.to_shop")}</Link></p>
          ) : (
            <>
              <dl class="figures card">
                <div><dt>{say("purchases.spent")}</dt><dd>{money(found.spent, language)}</dd></div>
                <div><dt>{say("purchases.paid")}</dt><dd>{money(found.paid, language)}</dd></div>
                <div><dt>{say("purchases.refunded")}</dt><dd>{money(found.refunded, language)}</dd></div>
                <div><dt>{say("purchases.orders")}</dt><dd>{say("count", { count: found.orders_count })}</dd></div>
                <div><dt>{say("purchases.units")}</dt><dd>{say("count", { count: found.units_bought })}</dd></div>
              </dl>
              <Months months={found.months} address={address} language={language} say={say} />
              <p class="small quiet">{say("purchases.with")}{found.earlier_months > 0 && ` ${say("purchases.earlier", { count: found.earlier_months })}`}</p>
              {found.counted_from !== null && <p class="small quiet">{say("purchases.counted_from", { day: date(Date.parse(found.counted_from), language) })}</p>}
              <Bought key={address.query.get("month")} month={chosenOf(found.months, address)} client={client} address={address} language={language} say={say} />
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function nameOf({ bikram_month, bikram_year }: Month, say: Say): string {
  return say("purchases.month_name", { month: say("calendar.bikram_months").split(" ")[bikram_month - 1] ?? "", year: bikram_year });
}

/** The name of a month shows what was bought in it. */
function Months({ months, address, language, say }: Omit<Given, "client"> & { months: readonly Month[] }) {
  const long = shares(months);
  const chosen = chosenOf(months, address);
  return (
    <table class="table">
      <caption class="unseen">{say("purchases.by_month")}</caption>
      <thead>
        <tr>
          <th scope="col">{say("purchases.month")}</th>
          <th class="bar-cell" aria-hidden="true" />
          {(["purchases.spent", "purchases.refunded", "purchases.orders", "purchases.units"] as const).map((title) => <th key={title} scope="col" class="end">{say(title)}</th>)}
        </tr>
      </thead>
      <tbody>
        {months.map((one, at) => (
          <tr key={one.first_day} class={one === chosen ? "open" : ""}>
            <td data-title={say("purchases.month")}>
              <span class="named">
                <Link href={changed(address, { month: one.first_day, page: null })} current={one === chosen}>{nameOf(one, say)}</Link>
                {language === "en" && <span class="small quiet">{date(Date.parse(one.first_day), language)} – {date(Date.parse(one.last_day), language)}</span>}
              </span>
            </td>
            <td class="bar-cell" aria-hidden="true"><svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none"><rect width={(long[at] ?? 0) * 100} height="8" /></svg></td>
            <td class="end number" data-title={say("purchases.spent")}>{money(one.spent, language)}</td>
            <td class="end number" data-title={say("purchases.refunded")}>{money(one.refunded, language)}</td>
            <td class="end number" data-title={say("purchases.orders")}>{say("count", { count: one.orders_count })}</td>
            <td class="end number" data-title={say("purchases.units")}>{say("count", { count: one.units_bought })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What was bought in a month, or ever, newest first. */
function Bought({ month, client, address, language, say }: Given & { month: Month | null }) {
  const page = Math.max(1, Number(address.query.get("page")) || 1);
  const bought = useLoading(() => client.call<Purchases>(`/api/marketplace/analytics/purchases/?${purchasesQuery(month, page)}`), [month?.first_day, page]);
  return (
    <>
      <h2>{month === null ? say("purchases.all") : say("purchases.in_month", { month: nameOf(month, say) })}</h2>
      <p class="small quiet">{say("purchases.price")} {month !== null && <Link class="button small" href={changed(address, { month: null, page: null })}>{say("purchases.show_all")}</Link>}</p>
      <Loaded of={bought} language={language} say={say} lines={4}>
        {({ results, next }) => (
          <>
            {results.length === 0 && <p class="card">{say("purchases.none")}</p>}
            <ul class="bought">{results.map((one) => <Purchase key={one.sale_id} of={one} language={language} say={say} />)}</ul>
            {(page > 1 || next !== null) && (
              <nav class="actions" aria-label={say("pages")}>
                {page > 1 && <Link class="button" href={changed(address, { page: page - 1 })}>{say("purchases.page.before")}</Link>}
                {next !== null && <Link class="button" href={changed(address, { page: page + 1 })}>{say("purchases.page.after")}</Link>}
              </nav>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function Purchase({ of, language, say }: { of: Purchases["results"][number]; language: Language; say: Say }) {
  const name = say("line", { count: of.quantity, name: of.product_name });
  return (
    <li class="card">
      <div>
        {of.order_id === null ? name : <Link href={`/shop/orders/${of.order_id}`}>{name}</Link>}
        <p class="small quiet">
          <time dateTime={of.bought_at}>{clock(Date.parse(of.bought_at), Date.now(), language)}</time> · <span class="number">{of.order_number}</span>
          {of.status === "cancelled" && <> <Mark as="stale">{say("purchases.cancelled")}</Mark></>}
          {of.payment_status === "refunded" && <> <Mark as="stale">{say("purchases.back")}</Mark></>}
        </p>
      </div>
      <strong class="number">{money(of.total_amount, language)}</strong>
    </li>
  );
}
