// What recipients of one's own parcels object to: what they say, what proved the delivery, and what came of it.
import type { Address } from "../shared/address.ts";
import { elsewhere } from "../shared/address.ts";
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Listing } from "../shared/listing.tsx";
import { useLoading } from "../shared/loading.tsx";
import { Mark, type MarkKind } from "../shared/mark.tsx";
import type { Language } from "../shared/numbers.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { clock } from "../shared/times.ts";
import type { Say } from "./speech.ts";

type Objection = components["schemas"]["ObjectionAnswer"];
type Proof = components["schemas"]["ProofOfDelivery"];
const STATES: readonly Objection["status"][] = ["open", "upheld", "rejected"];
const MARKS: Record<Objection["status"], MarkKind> = { open: "wait", upheld: "late", rejected: "done" };
const RENEWED_MS = 30_000;

interface Given {
  client: Client;
  address: Address;
  language: Language;
  say: Say;
}

export function ObjectionsRoom({ client, address, language, say }: Given) {
  const at = (text: string): string => clock(Date.parse(text), Date.now(), language);
  return (
    <>
      <h1>{say("objections")}</h1>
      <p class="quiet">{say("objections.about")}</p>
      <Listing<Objection>
        client={client}
        path="/api/objections/"
        address={address}
        caption={say("objections")}
        empty={say("objections.empty")}
        search="search"
        every_ms={RENEWED_MS}
        filters={[{ name: "status", label: say("objection.state"), choices: STATES.map((one) => [one, say(`objection.${one}`)]) }]}
        idOf={(one) => one.id}
        columns={[
          { key: "product", title: say("product"), value: (one) => one.product_name },
          { key: "reason", title: say("objection.what"), value: (one) => say(`objection.reason.${one.reason}`) },
          { key: "status", title: say("objection.state"), value: (one) => one.status, cell: (one) => <Mark as={MARKS[one.status]}>{say(`objection.${one.status}`)}</Mark> },
          { key: "sale", title: say("setback.sale"), value: (one) => one.order_number },
          { key: "buyer", title: say("sale.buyer"), value: (one) => one.buyer_name },
          { key: "made_at", title: say("objection.made"), value: (one) => Date.parse(one.made_at), cell: (one) => at(one.made_at) },
        ]}
        sheet={(id, row, _, close) => row !== null && <Sheet key={id} one={row} client={client} at={at} say={say} onClose={close} />}
        language={language}
        say={say}
      />
    </>
  );
}

function Sheet({ one, client, at, say, onClose }: { one: Objection; client: Client; at: (text: string) => string; say: Say; onClose: () => void }) {
  return (
    <SideSheet title={one.product_name} onClose={onClose} say={say}>
      <p><Mark as={MARKS[one.status]}>{say(`objection.${one.status}`)}</Mark></p>
      <dl class="facts">
        <dt>{say("objection.what")}</dt>
        <dd>{say(`objection.reason.${one.reason}`)} {one.note}</dd>
        <dt>{say("objection.made")}</dt>
        <dd>{at(one.made_at)}</dd>
        {one.delivered_at !== null && <><dt>{say("objection.delivered")}</dt><dd>{at(one.delivered_at)}</dd></>}
        {one.transporter !== null && <><dt>{say("objection.courier")}</dt><dd>{one.transporter}</dd></>}
        {one.answer !== "" && <><dt>{say("objection.answer")}</dt><dd>{one.answer}</dd></>}
      </dl>
      <Handed id={one.delivery_id} client={client} at={at} say={say} />
      <div class="actions"><a class="button" href={elsewhere(`/t/${one.tracking_number}`)}>{say("delivery.journey")} <span class="number">{one.tracking_number}</span></a></div>
    </SideSheet>
  );
}

/** What the courier has as proof of the handover. */
function Handed({ id, client, at, say }: { id: number; client: Client; at: (text: string) => string; say: Say }) {
  const { value } = useLoading(() => client.call<Proof>(`/api/deliveries/${id}/proof/`), [id]);
  const handover = value?.handovers.find((one) => one.end === "drop_off");
  if (handover === undefined) return null;
  return (
    <section aria-labelledby="handed">
      <h3 id="handed">{say("objection.proof")}</h3>
      <p>{handover.signed_by === "" ? at(handover.happened_at) : say("objection.signed", { name: handover.signed_by, at: at(handover.happened_at) })}</p>
      {[handover.photo, handover.signature].map((one, place) => one !== null && <img key={place} class="proof" src={ours(one.url)} alt={say(place === 0 ? "objection.photo" : "objection.signature")} />)}
      {handover.photo === null && handover.signature === null && <p class="quiet">{say("objection.no_picture")}</p>}
    </section>
  );
}

/** The same address on this host: a page shows pictures of its own host alone. */
function ours(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
