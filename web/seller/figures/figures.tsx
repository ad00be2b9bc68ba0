import { Download } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { type Address, changed, go, readAddress } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Field } from "../../shared/field.tsx";
import { Folding } from "../../shared/folding.tsx";
import { Icon } from "../../shared/icon.tsx";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { type Language, money } from "../../shared/numbers.ts";
import { saveFile } from "../../shared/saving.ts";
import { Table } from "../../shared/table.tsx";
import { bothDates, date } from "../../shared/times.ts";
import { bars, daysShown } from "./bars.ts";
import { YearOfSales } from "./year.tsx";
import type { Say } from "../speech.ts";

type Revenue = components["schemas"]["RevenueAnswer"];
type Takings = components["schemas"]["ProductTakings"];

const NEPAL_OFFSET_MS = (5 * 60 + 45) * 60_000;
const WIDTH = 600;
const HEIGHT = 120;

/** What was earned, in total, day by day and by product; the report as a file. */
export function Figures({ client, address, language, say }: { client: Client; address: Address; language: Language; say: Say }) {
  const [from, to] = [address.query.get("from") ?? "", address.query.get("to") ?? ""];
  const set = [from, to].filter((day) => day !== "").length;
  const query = new URLSearchParams({ ...(from && { date_from: from }), ...(to && { date_to: to }) });
  const revenue = useLoading(() => client.call<Revenue>(`/api/marketplace/analytics/revenue/?${query}`), [from, to]);
  const products = useLoading(() => client.call<Takings[]>(`/api/marketplace/analytics/products/?${query}`), [from, to]);
  const saving = useActing<null>(say, () => saveFile(client, `/api/marketplace/sales/report/?${new URLSearchParams([...query, ["format", "csv"]])}`, `sales${[from, to].filter((day) => day !== "").map((day) => `-${day}`).join("")}.csv`));
  const top = useRef<HTMLHeadingElement>(null);
  const before = useRef(`${from} ${to}`);
  useEffect(() => {
    // A month was chosen far below: what it shows stands up here.
    if (before.current !== `${from} ${to}`) top.current?.scrollIntoView({ block: "center" });
    before.current = `${from} ${to}`;
  }, [from, to]);
  const today = new Date(Date.now() + NEPAL_OFFSET_MS).toISOString().slice(0, 10);
  const stretch = stretchWords(from, to, today, language, say);
  const choose = (changes: Record<string, string>): void => go(changed(readAddress(location.href), changes), { replace: true });
  return (
    <>
      <h1 ref={top}>{say("figures")}</h1>
      <div class="filters field-row">
        <Folding words={say(set > 0 ? "filters.set" : "filters", { count: set })}>
          <Field label={say("figures.from")} name="from" type="date" day_said value={from} onValue={(value) => choose({ from: value })} />
          <Field label={say("figures.to")} name="to" type="date" day_said value={to} onValue={(value) => choose({ to: value })} />
        </Folding>
        <div class="actions">
          <button type="button" class="button" disabled={saving.pending} onClick={() => void saving.start(null)}><Icon of={Download} />{say("figures.report")}</button>
        </div>
      </div>
      {saving.problem !== "" && <p class="problem" role="alert">{saving.problem}</p>}
      <p>
        <span data-of>{stretch}</span> {set > 0 && <Link class="button small" href={changed(address, { from: null, to: null })}>{say("figures.show_all")}</Link>}
      </p>
      <Loaded of={revenue} language={language} say={say}>
        {(one) => (
          <>
            <dl class="figures">
              <div><dt>{say("figures.revenue")}</dt><dd>{money(one.revenue, language)}</dd></div>
              <div><dt>{say("figures.gross")}</dt><dd>{money(one.gross, language)}</dd></div>
              <div><dt>{say("figures.refunded")}</dt><dd>{money(one.refunded, language)}</dd></div>
              <div><dt>{say("sales")}</dt><dd>{say("count", { count: one.sales_count })}</dd></div>
              <div><dt>{say("figures.units")}</dt><dd>{say("count", { count: one.units_sold })}</dd></div>
            </dl>
            <Days revenue={one} count={daysShown(from, to)} until={to || today} language={language} say={say} />
          </>
        )}
      </Loaded>
      <h2>{say("figures.products")}</h2>
      <p class="small quiet" data-of>{stretch} {say("figures.available_now")}</p>
      <Loaded of={products} language={language} say={say}>
        {(rows) =>
          rows.length === 0 ? (
            <p class="card">{say("products.empty")}</p>
          ) : (
            <Table<Takings>
              rows={rows}
              caption={say("figures.products")}
              address={address}
              idOf={(row) => row.product_id}
              columns={[
                { key: "name", title: say("product"), value: (row) => row.product_name },
                { key: "revenue", title: say("figures.revenue"), value: (row) => row.revenue, cell: (row) => money(row.revenue, language), end: true },
                { key: "units", title: say("figures.units"), value: (row) => row.units_sold, cell: (row) => say("count", { count: row.units_sold }), end: true },
                { key: "available", title: say("product.available"), value: (row) => row.available, cell: (row) => say("count", { count: row.available }), end: true },
              ]}
              open={(row) => `/seller/products?open=${row.product_id}`}
              say={say}
            />
          )
        }
      </Loaded>
      <YearOfSales client={client} address={address} language={language} say={say} />
    </>
  );
}

/** Of which days the figures are. */
function stretchWords(from: string, to: string, today: string, language: Language, say: Say): string {
  const day = (text: string): string => bothDates(Date.parse(text), language);
  if (from !== "" && to !== "") return say("figures.of_days", { from: day(from), to: day(to) });
  if (from !== "") return say("figures.of_from", { from: day(from), to: day(today) });
  return to === "" ? say("figures.of_all", { to: day(today) }) : say("figures.of_to", { to: day(to) });
}

/** The last days, each a bar with its words. */
function Days({ revenue, count, until, language, say }: { revenue: Revenue; count: number; until: string; language: Language; say: Say }) {
  const drawn = bars(revenue.days, until, count);
  const step = WIDTH / count;
  const [first, last] = [drawn[0], drawn.at(-1)];
  return (
    <figure class="card days">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={say("figures.days", { count })}>
        {drawn.map((bar) => (
          <rect key={bar.day} x={bar.x * step + 1} width={step - 2} y={HEIGHT - 1 - bar.height * (HEIGHT - 2)} height={bar.height * (HEIGHT - 2) + 1}>
            <title>{`${date(Date.parse(bar.day), language)}: ${money(bar.value, language)}`}</title>
          </rect>
        ))}
      </svg>
      {first !== undefined && last !== undefined && (
        <figcaption class="small quiet" data-of>{say("figures.days_of", { count, from: bothDates(Date.parse(first.day), language), to: bothDates(Date.parse(last.day), language) })}</figcaption>
      )}
    </figure>
  );
}
