import { Printer } from "lucide";
import type { Address } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { Listing } from "../shared/listing.tsx";
import { Mark, type MarkKind } from "../shared/mark.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { paidState } from "../shared/paid_state.ts";
import type { Person } from "../shared/session.ts";
import { clock } from "../shared/times.ts";
import { isKey, isKeyOf } from "../shared/words.ts";
import { SaleSheet } from "./sale_sheet.tsx";
import { type Say, words } from "./speech.ts";

type Sale = components["schemas"]["SaleAnswer"];
const RENEWED_MS = 30_000;
const MARKS: Record<Sale["status"], MarkKind> = { processing: "wait", shipped: "way", delivered: "done", cancelled: "stale" };

/** What was sold, and what is to be done about it. */
export function Sales({ client, person, address, language, say }: { client: Client; person: Person; address: Address; language: Language; say: Say }) {
  const status = (one: Sale["status"]): string => say(`sale.${one}`);
  return (
    <>
      <h1>{say("sales")}</h1>
      <p class="actions"><Link class="button" href="/seller/labels"><Icon of={Printer} />{say("labels.all")}</Link></p>
      <Listing<Sale>
        client={client}
        path="/api/marketplace/sales/"
        address={address}
        caption={say("sales")}
        empty={say("sales.empty")}
        search="search"
        every_ms={RENEWED_MS}
        filters={[
          { name: "status", label: say("sale.status"), choices: (["processing", "shipped", "delivered", "cancelled"] as const).map((one) => [one, status(one)]) },
          { name: "payment_status", label: say("sale.payment"), choices: (["paid", "refunded"] as const).map((one) => [one, say(`sale.${one}`)]) },
          { name: "date_from", label: say("sale.from") },
          { name: "date_to", label: say("sale.to") },
        ]}
        idOf={(sale) => sale.id}
        columns={[
          { key: "number", title: say("sale.number"), value: (sale) => sale.order_number },
          { key: "product", title: say("product"), value: (sale) => sale.product.name, cell: (sale) => say("line", { count: sale.quantity, name: sale.product.name }) },
          { key: "buyer", title: say("sale.buyer"), value: (sale) => sale.buyer_name },
          { key: "total", title: say("total"), value: (sale) => Number(sale.total_amount), cell: (sale) => money(sale.total_amount, language), end: true },
          { key: "status", title: say("sale.status"), value: (sale) => sale.status, cell: (sale) => <States sale={sale} say={say} /> },
          { key: "delivery", title: say("delivery"), value: (sale) => sale.delivery_status, cell: (sale) => <DeliveryCell sale={sale} language={language} say={say} /> },
          { key: "created", title: say("sale.sold"), value: (sale) => sale.created_at, cell: (sale) => <time dateTime={sale.created_at}>{clock(Date.parse(sale.created_at), Date.now(), language)}</time> },
        ]}
        sheet={(id, _, loading, close) => (
          <SaleSheet key={id} id={id} client={client} person={person} language={language} say={say} onClose={close} onChanged={loading.reload} />
        )}
        language={language}
        say={say}
      />
    </>
  );
}

/** How it stands, and its money where some of it went back. */
export function States({ sale, say }: { sale: Pick<Sale, "status" | "payment_status" | "refunded">; say: Say }) {
  const paid = `payment.${paidState(sale)}`;
  return <>{<Mark as={MARKS[sale.status]}>{say(`sale.${sale.status}`)}</Mark>}{paid !== "payment.paid" && isKey(paid) && <>{" "}<Mark as="stale">{say(paid)}</Mark></>}</>;
}

function DeliveryCell({ sale, language, say }: { sale: Sale; language: Language; say: Say }) {
  if (sale.next_try_at === null) return <>{deliveryWords(sale, say)}</>;
  return <Mark as="late">{say("delivery.again", { at: clock(Date.parse(sale.next_try_at), Date.now(), language) })}</Mark>;
}

export function deliveryWords({ delivery_status: status }: Pick<Sale, "delivery_status">, say: Say): string {
  if (status === null) return say("delivery.none");
  const key = `status.${status}`;
  return isKey(key) || isKeyOf(words, key) ? say(key) : status;
}
