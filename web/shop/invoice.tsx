import type { Client } from "../shared/client.ts";
import { InvoicePaper } from "../shared/invoices/invoice_paper.tsx";
import { Link } from "../shared/link.tsx";
import type { Language } from "../shared/numbers.ts";
import type { Say } from "./speech.ts";

/** The invoice of what one paid. */
export function InvoicePage({ id, client, language, say }: { id: string; client: Client; language: Language; say: Say }) {
  return (
    <>
      <p class="unprinted"><Link href="/shop/orders">{say("orders.back")}</Link></p>
      <InvoicePaper path={`/api/v1/payments/${encodeURIComponent(id)}/invoice/`} client={client} language={language} />
    </>
  );
}
