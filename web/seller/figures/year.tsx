import { Download } from "lucide";
import { useActing } from "../../shared/acting.ts";
import { type Address, changed, go, readAddress } from "../../shared/address.ts";
import type { Client } from "../../shared/client.ts";
import { Field } from "../../shared/field.tsx";
import { Icon } from "../../shared/icon.tsx";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { type Language, money } from "../../shared/numbers.ts";
import { saveFile } from "../../shared/saving.ts";
import { date } from "../../shared/times.ts";
import type { Say } from "../speech.ts";
import { type FiscalYear, type Month, daysOf, isShown, monthAt, yearName, yearOf, yearsUntil } from "./years.ts";

const PATH = "/api/marketplace/analytics/fiscal-year/";

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

/** A fiscal year of Nepal month by month; the name of a month, or of the whole, shows its days and products. */
export function YearOfSales({ client, address, language, say }: Given) {
  const asked = Number(address.query.get("year")) || null;
  const [present, report] = [
    useLoading(() => client.call<FiscalYear>(PATH), []),
    useLoading(() => client.call<FiscalYear>(asked === null ? PATH : `${PATH}?fiscal_year=${asked}`), [asked]),
  ];
  const saving = useActing<number>(say, (year) => saveFile(client, `${PATH}?fiscal_year=${year}&format=csv`, `sales-${year}.csv`));
  const now = present.value === null ? null : yearOf(present.value.fiscal_year);
  return (
    <>
      <h2>{say("figures.year_of")}</h2>
      <Loaded of={report} language={language} say={say}>
        {(found) => {
          const year = yearOf(found.fiscal_year);
          const years = [...new Set([...yearsUntil(now ?? year), year])];
          return (
            <>
              <div class="filters field-row">
                <Field label={say("figures.fiscal_year")} name="year" value={String(year)} choices={years.map((one) => [String(one), yearName(one)] as const)} onValue={(value) => go(changed(readAddress(location.href), { year: value === String(now) ? null : value, from: null, to: null }), { replace: true })} />
                <div class="actions">
                  <button type="button" class="button" disabled={saving.pending} onClick={() => void saving.start(year)}><Icon of={Download} />{say("figures.year")}</button>
                </div>
              </div>
              {saving.problem !== "" && <p class="problem" role="alert">{saving.problem}</p>}
              <Months of={found} year={year} address={address} language={language} say={say} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Months({ of, year, address, language, say }: Omit<Given, "client"> & { of: FiscalYear; year: number }) {
  const names = say("calendar.bikram_months").split(" ");
  const nameAt = (at: number): string => {
    const { month, year: of_year } = monthAt(year, at);
    return say("figures.month", { month: names[month - 1] ?? "", year: of_year });
  };
  return (
    <table class="table months">
      <caption class="unseen">{say("figures.year_of")}</caption>
      <thead>
        <tr>
          <th scope="col">{say("figures.month_of")}</th>
          {(["figures.revenue", "figures.gross", "figures.refunded", "sales", "figures.units"] as const).map((title) => <th key={title} scope="col" class="end">{say(title)}</th>)}
        </tr>
      </thead>
      <tbody>
        {of.months.map((one, at) => <Row key={one.first_day} of={one} name={nameAt(at)} address={address} language={language} say={say} />)}
        <Row of={of} name={say("figures.whole_year", { year: yearName(year) })} address={address} language={language} say={say} />
      </tbody>
    </table>
  );
}

/** Its name shows its days, by day and by product. */
function Row({ of, name, address, language, say }: Omit<Given, "client"> & { of: Pick<Month, "first_day" | "last_day" | "revenue" | "gross" | "refunded" | "sales_count" | "units_sold">; name: string }) {
  const count = (value: number): string => say("count", { count: value });
  return (
    <tr class={isShown(of, address) ? "open" : ""}>
      <td data-title={say("figures.month_of")}>
        <span class="shown">
          <Link href={changed(address, daysOf(of))} current={isShown(of, address)}>{name}</Link>
          {language === "en" && <span class="small quiet">{date(Date.parse(of.first_day), language)} – {date(Date.parse(of.last_day), language)}</span>}
        </span>
      </td>
      <td class="end number" data-title={say("figures.revenue")}>{money(of.revenue, language)}</td>
      <td class="end number" data-title={say("figures.gross")}>{money(of.gross, language)}</td>
      <td class="end number" data-title={say("figures.refunded")}>{money(of.refunded, language)}</td>
      <td class="end number" data-title={say("sales")}>{count(of.sales_count)}</td>
      <td class="end number" data-title={say("figures.units")}>{count(of.units_sold)}</td>
    </tr>
  );
}
