import { type Address, elsewhere } from "../shared/address.ts";
import type { Client } from "../shared/client.ts";
import { Link } from "../shared/link.tsx";
import { Listing } from "../shared/listing.tsx";
import { Mark } from "../shared/mark.tsx";
import { type Language, money } from "../shared/numbers.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { KINDS, MARKS, type Setback, goodsWords, refundWords, whereWords } from "./setbacks.ts";
import type { Say } from "./speech.ts";

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

const RENEWED_MS = 30_000;

/** What comes back, is lost, arrived in part or is on hold: of which sale, where it is, what it cost. */
export function Setbacks({ client, address, language, say }: Given) {
  const goods = (one: Setback): string => say("line", { count: one.quantity, name: one.product.name });
  return (
    <>
      <h1>{say("setbacks")}</h1>
      <p class="quiet">{say("setbacks.about")}</p>
      <Listing<Setback>
        client={client}
        path="/api/marketplace/setbacks/"
        address={address}
        caption={say("setbacks")}
        empty={say("setbacks.empty")}
        search="search"
        every_ms={RENEWED_MS}
        filters={[{ name: "kind", label: say("setback.kind"), choices: KINDS.map((kind) => [kind, say(`setback.${kind}`)]) }]}
        idOf={(one) => one.delivery_id}
        columns={[
          { key: "product", title: say("product"), value: (one) => one.product.name, cell: goods },
          { key: "kind", title: say("setback.kind"), value: (one) => one.kind, cell: (one) => <Mark as={MARKS[one.kind]}>{say(`setback.${one.kind}`)}</Mark> },
          { key: "where", title: say("setback.where"), value: (one) => whereWords(one, Date.now(), language, say) },
          { key: "sale", title: say("setback.sale"), value: (one) => one.order_number },
          { key: "buyer", title: say("sale.buyer"), value: (one) => one.buyer_name },
          { key: "refunded", title: say("setback.money"), value: (one) => (one.refunded === null ? null : Number(one.refunded)), cell: (one) => (one.refunded === null ? "" : money(one.refunded, language)), end: true },
        ]}
        sheet={(id, row, _, close) => row !== null && <Sheet key={id} setback={row} language={language} say={say} onClose={close} />}
        language={language}
        say={say}
      />
    </>
  );
}

function Sheet({ setback, language, say, onClose }: { setback: Setback; language: Language; say: Say; onClose: () => void }) {
  const goods = goodsWords(setback, say);
  return (
    <SideSheet title={say("line", { count: setback.quantity, name: setback.product.name })} onClose={onClose} say={say}>
      <p><Mark as={MARKS[setback.kind]}>{say(`setback.${setback.kind}`)}</Mark></p>
      <dl class="facts">
        <dt>{say("setback.where")}</dt>
        <dd>{whereWords(setback, Date.now(), language, say)}</dd>
        {setback.partial_reason !== null && <><dt>{say("setback.part")}</dt><dd>{say(`setback.part.${setback.partial_reason}`)}</dd></>}
        {setback.reason !== null && setback.reason !== "" && <><dt>{say("setback.reason")}</dt><dd>{setback.reason}</dd></>}
        {setback.kind !== "on_hold" && <><dt>{say("setback.money")}</dt><dd>{refundWords(setback, language, say)}</dd></>}
        {setback.delivery_fee !== null && <><dt>{say("setback.fee")}</dt><dd class="number">{money(setback.delivery_fee, language)}</dd></>}
        {goods !== "" && <><dt>{say("setback.goods")}</dt><dd>{goods}</dd></>}
      </dl>
      <div class="actions">
        <Link class="button first" href={`/seller?open=${setback.sale_id}`}>{say("setback.see_sale", { number: setback.order_number })}</Link>
        <a class="button" href={elsewhere(`/t/${setback.tracking_number}`)}>{say("delivery.journey")} <span class="number">{setback.tracking_number}</span></a>
        {setback.origin_tracking_number !== null && <a class="button" href={elsewhere(`/t/${setback.origin_tracking_number}`)}>{say("setback.way_there")} <span class="number">{setback.origin_tracking_number}</span></a>}
      </div>
    </SideSheet>
  );
}
