// An invoice to read, to print and to keep: its buyer's whole, or what one sale is of it for whoever sold.
import { Download, Printer } from "lucide";
import { useMemo } from "preact/hooks";
import "./invoice.css";
import { useActing } from "../acting.ts";
import type { components } from "../api.ts";
import type { Client } from "../client.ts";
import { Icon } from "../icon.tsx";
import { Loaded, useLoading } from "../loading.tsx";
import { type Language, grouped, money } from "../numbers.ts";
import { saveFile } from "../saving.ts";
import { Sums } from "../sums.tsx";
import { bothDates } from "../times.ts";
import { speaker } from "../words.ts";
import own from "./words.json";

type Invoice = components["schemas"]["InvoiceAnswer"];
type SaleInvoice = components["schemas"]["SaleInvoiceAnswer"];
type Say = ReturnType<typeof speaker<typeof own>>;

/** What the address answers, which begins with `/api/`; with `format=pdf` it is what is kept. */
export function InvoicePaper({ path, client, language }: { path: string; client: Client; language: Language }) {
  const say = useMemo(() => speaker(language, own), [language]);
  const invoice = useLoading(() => client.call<Invoice | SaleInvoice>(path), [path]);
  const saving = useActing<string>(say, (number) => saveFile(client, `${path}?format=pdf`, `${number}.pdf`));
  return (
    <Loaded of={invoice} language={language} say={say} lines={6}>
      {(one) => (
        <>
          <div class="actions unprinted">
            <button type="button" class="button" onClick={() => print()}><Icon of={Printer} />{say("invoice.print")}</button>
            <button type="button" class="button" disabled={saving.pending} onClick={() => void saving.start(isPart(one) ? one.order_number : one.invoice_number)}><Icon of={Download} />{say("invoice.pdf")}</button>
            {saving.problem !== "" && <p class="problem" role="alert">{saving.problem}</p>}
          </div>
          <Sheet invoice={one} language={language} say={say} />
        </>
      )}
    </Loaded>
  );
}

function isPart(invoice: Invoice | SaleInvoice): invoice is SaleInvoice {
  return "sale_id" in invoice;
}

function Sheet({ invoice, language, say }: { invoice: Invoice | SaleInvoice; language: Language; say: Say }) {
  const { issuer, customer } = invoice;
  return (
    <article class="card invoice">
      <header>
        <div>
          <h1>{isPart(invoice) ? say("invoice.part", { number: invoice.order_number }) : say("invoice.number", { number: invoice.invoice_number })}</h1>
          <p class="quiet">{bothDates(Date.parse(invoice.issued_at), language)} · {say("invoice.year", { year: invoice.fiscal_year })}</p>
          <p class="quiet number">{isPart(invoice) ? say("invoice.of", { number: invoice.invoice_number }) : invoice.order_number}</p>
        </div>
        <div>
          <p><strong>{issuer.name}</strong></p>
          <p>{issuer.address}</p>
          {issuer.tax_number !== "" && <p class="number">{say("invoice.pan", { number: issuer.tax_number })}</p>}
        </div>
      </header>
      <section>
        <h2>{say("invoice.to")}</h2>
        <p>{customer.name}</p>
        <p>{invoice.customer_address}</p>
        {"phone" in customer && <p class="number">{customer.phone}</p>}
      </section>
      <table>
        <thead>
          <tr><th scope="col">{say("product")}</th><th scope="col" class="end">{say("invoice.count")}</th><th scope="col" class="end">{say("invoice.each")}</th><th scope="col" class="end">{say("invoice.sum")}</th></tr>
        </thead>
        <tbody>
          {invoice.items.map((item, at) => (
            <tr key={at}>
              <td>{item.product_name}<br /><span class="quiet small">{say("by", { seller: item.seller })}</span></td>
              <td class="end number">{say("count", { count: item.quantity })}</td>
              <td class="end number">{money(item.unit_price, language)}</td>
              <td class="end number">{money(item.total, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Sums sums={invoice} language={language} say={say} />
      {invoice.vat_rate !== null && Number(invoice.taxable_amount) > 0 && invoice.taxable_amount !== null && (
        <p class="small quiet">{say("invoice.vat", { rate: grouped(invoice.vat_rate * 100, 0), amount: money(invoice.taxable_amount, language) })}</p>
      )}
      {invoice.credit_notes.map((note, at) => (
        <p key={note.credit_note_number ?? at} class="small">
          {say("invoice.credit", { number: note.credit_note_number ?? "", amount: money(note.amount, language) })}
        </p>
      ))}
    </article>
  );
}
