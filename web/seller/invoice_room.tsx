import type { Client } from "../shared/client.ts";
import { InvoicePaper } from "../shared/invoices/invoice_paper.tsx";
import { Link } from "../shared/link.tsx";
import type { Language } from "../shared/numbers.ts";
import type { Say } from "./speech.ts";

/** What a sale is of its order's invoice: the line that this seller sold, to print and to keep. */
export function InvoiceRoom({ id, client, language, say }: { id: string; client: Client; language: Language; say: Say }) {
  return (
    <>
      <p class="unprinted"><Link href={`/seller?open=${encodeURIComponent(id)}`}>{say("labels.back")}</Link></p>
      <InvoicePaper path={`/api/marketplace/sales/${encodeURIComponent(id)}/invoice/`} client={client} language={language} />
    </>
  );
}
