import { useState } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import type { Client } from "../shared/client.ts";
import { useHere } from "../shared/here.ts";
import type { Language } from "../shared/numbers.ts";
import { SideSheet } from "../shared/side_sheet.tsx";
import { AddressFields } from "../shared/addresses/address_fields.tsx";
import { type Order, otherDoors } from "./order_words.ts";
import { type Address, bodyOf, formOf } from "../shared/addresses/addresses.ts";
import type { Say } from "./speech.ts";

interface Given {
  /** Of the parcel; null for all of the order that is not packed. */
  number: string | null;
  order: Order;
  client: Client;
  language: Language;
  /** It goes elsewhere by now. */
  onDone: () => void;
  onClose: () => void;
  say: Say;
}

/** What was ordered; nothing for a parcel that goes elsewhere by now, since all of that would be another door's. */
function begunWith(number: string | null, order: Order): Order["delivery"] {
  const elsewhere = otherDoors(order).find((one) => one.number === number)?.door;
  if (elsewhere === undefined || order.delivery.full_address.startsWith(elsewhere)) return order.delivery; // a seller may have said less of the same
  return { ...order.delivery, customer_name: "", phone_number: "", delivery_instructions: "", address: "", landmark: "", city: "", district: "", state: "", zip_code: "", plus_code: "", latitude: null, longitude: null };
}

/** One parcel that was not picked up goes to another door, or what is not packed yet; the form begins with what was ordered. */
export function OtherDoor({ number, order, client, language, onDone, onClose, say }: Given) {
  const [form, setForm] = useState<Address>(() => formOf(begunWith(number, order)));
  const here = useHere();
  const acting = useActing<Address>(say, async (wanted, key) => {
    const path = number === null ? `/api/v1/marketplace/orders/${order.id}/address/` : `/api/deliveries/${encodeURIComponent(number)}/address/`;
    await client.call(path, { method: "POST", body: bodyOf(wanted), idempotencyKey: key });
    onDone();
    if (here.current) onClose(); // else another one may be open by now
  });
  return (
    <SideSheet title={number === null ? say("door.title.order", { number: order.order_number }) : say("door.title", { number })} onClose={onClose} say={say}>
      <form class="fields" noValidate onSubmit={(event) => { event.preventDefault(); void acting.start(form); }}>
        <p class="quiet">{say(number === null ? "door.about.order" : "door.about")}</p>
        <AddressFields client={client} form={form} change={(changes) => setForm((before) => ({ ...before, ...changes }))} fields={acting.fields} language={language} />
        <p class="problem" role="alert">{acting.problem}</p>
        <button class="button first" disabled={acting.pending}>{say("door.change")}</button>
      </form>
    </SideSheet>
  );
}
