// A dispatcher lets a parcel go to another door, also one that is aboard.
import { useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { AddressFields } from "../../shared/addresses/address_fields.tsx";
import { type Address, bodyOf, emptyAddress } from "../../shared/addresses/addresses.ts";
import type { Details } from "../calls.ts";
import type { Delivery } from "../frames.ts";
import { useLateDesk } from "./words.ts";

interface Given {
  delivery: Delivery;
  details: Details | null;
  /** What is told here has changed. */
  onChanged: () => void;
}

export function AddressPanel({ delivery, details, onChanged }: Given) {
  const { say } = useLateDesk();
  const [opened, setOpened] = useState(false);
  return (
    <details class="ending door" open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>{say("door.title")}</summary>
      {opened && details !== null && <DoorForm delivery={delivery} details={details} onDone={() => (setOpened(false), onChanged())} />}
    </details>
  );
}

function DoorForm({ delivery, details, onDone }: { delivery: Delivery; details: Details; onDone: () => void }) {
  const { say, calls, language } = useLateDesk();
  const [form, setForm] = useState<Address>(() => ({ ...emptyAddress(details.delivery_contact_name, details.delivery_contact_phone ?? ""), city: "" }));
  const acting = useActing<Address>(say, async (wanted) => {
    await calls.changeAddress(delivery.id, bodyOf(wanted));
    onDone();
  });
  return (
    <form class="fields" noValidate onSubmit={(event) => { event.preventDefault(); void acting.start(form); }}>
      <p class="small quiet">{say("door.then")}</p>
      <AddressFields client={calls.client} form={form} change={(changes) => setForm((before) => ({ ...before, ...changes }))} fields={acting.fields} language={language} mine={false} />
      <p class="actions"><button class="button" disabled={acting.pending}>{say("door.send")}</button></p>
      <p class="problem small" role="alert">{acting.problem}</p>
    </form>
  );
}
