import { Printer } from "lucide";
import type { Address } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";
import { type Client, Refused } from "../../shared/client.ts";
import { Icon } from "../../shared/icon.tsx";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { type Language, kilos } from "../../shared/numbers.ts";
import { Missing } from "../../shared/late.tsx";
import { QrCode, useQr } from "../../shared/qr_code.tsx";
import type { Say } from "../speech.ts";
import "./labels.css";
import { type Gathered, type Label, MOST, gathered, namedIn, waiting } from "./labels.ts";

type Delivery = components["schemas"]["DetailedDelivery"];
type Sales = components["schemas"]["PageOfSaleAnswer"];

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

/** Labels to print: those that the address names, or of every parcel that waits to be fetched. */
export function LabelsRoom({ client, address, language, say }: Given) {
  const named = address.query.get("of");
  const labels = useLoading(() => load(client, named), [named]);
  const qr = useQr();
  return (
    <div class="labels-room">
      <p class="unprinted"><Link href="/seller">{say("labels.back")}</Link></p>
      <h1 class="unprinted">{say("labels")}</h1>
      <Loaded of={labels} language={language} say={say} lines={6}>
        {(one) => (
          <>
            {one.unknown.length > 0 && <p class="problem unprinted" role="alert">{say("labels.unknown", { ids: one.unknown.join(", ") })}</p>}
            {one.labels.length === 0 ? (
              one.unknown.length === 0 && <p class="card unprinted">{say("labels.empty")}</p>
            ) : (
              <div class="actions unprinted">
                <button type="button" class="button first" disabled={qr.part === null} onClick={() => print()}><Icon of={Printer} />{say("labels.print", { count: one.labels.length })}</button>
                <span class="quiet">{say("labels.how")}</span>
              </div>
            )}
            {one.left.length > 0 && <p class="unprinted">{say("labels.left", { count: one.left.length })} <Link href={`/seller/labels?of=${one.left.join(",")}`}>{say("labels.next")}</Link></p>}
            {one.unread > 0 && <p class="unprinted">{say("labels.unread", { count: one.unread })}</p>}
            {qr.part === null && qr.failures > 0 && <div class="unprinted"><Missing late={qr} text={say("qr.missing")} say={say} /></div>}
            <div class="labels">{one.labels.map((label) => <Sheet key={label.number} of={label} maker={qr.part} say={say} />)}</div>
          </>
        )}
      </Loaded>
    </div>
  );
}

async function load(client: Client, named: string | null): Promise<Gathered> {
  const turn = (page: number): Promise<Sales> => client.call<Sales>(`/api/marketplace/sales/?status=processing&page_size=${MOST}&page=${page}`);
  const { ids, unread } = named === null ? await waiting(turn) : { ids: namedIn(named), unread: 0 };
  return gathered(ids, async (id) => {
    try {
      return await client.call<Delivery>(`/api/deliveries/${encodeURIComponent(id)}/`);
    } catch (problem) {
      if (problem instanceof Refused && problem.status === 404) return null;
      throw problem;
    }
  }, unread);
}

function Sheet({ of, maker, say }: { of: Label; maker: Parameters<typeof QrCode>[0]["maker"]; say: Say }) {
  return (
    <article class="label" aria-label={of.number}>
      <header>
        <QrCode maker={maker} text={of.number} label={say("labels.code", { number: of.number })} />
        <div>
          {of.own !== null && <p class="number">{of.own}</p>}
          <p>{say("labels.weight", { kg: kilos(of.weight_kg) })}{of.pieces > 1 && ` · ${say("labels.pieces", { count: of.pieces })}`}</p>
          {of.priority !== "normal" && <p><strong>{say(`labels.priority.${of.priority}`)}</strong></p>}
        </div>
        <p class="number big whole-number">{of.number}</p>
      </header>
      <section>
        <h2>{say("labels.to")}</h2>
        <p class="big">{of.to.name}</p>
        <p class="whole">{of.to.address}</p>
      </section>
      {(of.fragile || of.asked.length > 0) && (
        <p class="marks">
          {of.fragile && <strong>{say("labels.fragile")}</strong>}
          {of.asked.map((one) => <span key={one}>{say(`labels.asked.${one}`)}</span>)}
        </p>
      )}
      <footer>
        <h2>{say("labels.from")}</h2>
        <p>{of.from.name}</p>
        <p class="whole">{of.from.address}</p>
      </footer>
    </article>
  );
}
