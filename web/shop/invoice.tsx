import { Download, Printer } from "lucide";
import { useActing } from "../shared/acting.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { type Language, grouped, money } from "../shared/numbers.ts";
import { saveFile } from "../shared/saving.ts";
import { bothDates } from "../shared/times.ts";
import type { Say } from "./speech.ts";
import { Sums } from "./sums.tsx";

type Invoice = components["schemas"]["InvoiceAnswer"];

/** An invoice to read, to print and to keep. */
export function InvoicePage({ id, client, language, say }: { id: string; client: Client; language: Language; say: Say }) {
  const path = `/api/v1/payments/${encodeURIComponent(id)}/invoice/`;
  const invoice = useLoading(() => client.call<Invoice>(path), [id]);
  const saving = useActing<string>(say, (number) => saveFile(client, `${path}?format=pdf`, `${number}.pdf`));
  return (
    <>
      <p class="unprinted"><Link href="/shop/orders">{say("orders.back")}</Link></p>
      <Loaded of={invoice} language={language} say={say} lines={6}>
        {(one) => (
          <>
            <div class="actions unprinted">
              <button type="button" class="button" onClick={() => print()}><Icon of={Printer} />{say("invoice.print")}</button>
              <button type="button" class="button" disabled={saving.pending} onClick={() => void saving.start(one.invoice_number)}><Icon of={Download} />{say("invoice.pdf")}</button>
              {saving.problem !== "" && <p class="problem" role="alert">{saving.problem}</p>}
            </div>
            <Sheet invoice={one} language={language} say={say} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Sheet({ invoice, language, say }: { invoice: Invoice; language: Language; say: Say }) {
  const { issuer, customer } = invoice;
  return (
    <article class="card invoice">
      <header>
        <div>
          <h1>{say("invoice.number", { number: invoice.invoice_number })}</h1>
          <p class="quiet">{bothDates(Date.parse(invoice.issued_at), language)} · {say("invoice.year", { year: invoice.fiscal_year })}</p>
          <p class="quiet number">{invoice.order_number}</p>
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
        <p class="number">{customer.phone}</p>
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
      {invoice.vat_rate !== null && invoice.taxable_amount !== null && (
        <p class="small quiet">{say("invoice.vat", { rate: grouped(invoice.vat_rate * 100, 0), amount: money(invoice.taxable_amount, language) })}</p>
      )}
      {invoice.credit_notes.map((note) => (
        <p key={note.credit_note_number ?? note.reason} class="small">
          {say("invoice.credit", { number: note.credit_note_number ?? "", amount: money(note.amount, language) })}
        </p>
      ))}
    </article>
  );
}
