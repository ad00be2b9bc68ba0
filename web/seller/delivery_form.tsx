import { useEffect, useRef } from "preact/hooks";
import { useActing } from "../shared/acting.ts";
import { type Client, Refused } from "../shared/client.ts";
import { readDraft, useDraft } from "../shared/drafts.ts";
import { Check, Field } from "../shared/field.tsx";
import { PlaceField } from "../shared/place_field.tsx";
import type { Person } from "../shared/session.ts";
import { type DeliveryTyped, type Pickup, deliveryOf, destinationOf, leftOf, newestPickup, typedFor, weightFrom } from "./delivery.ts";
import type { SaleDetails } from "./sale_sheet.tsx";
import type { Say } from "./speech.ts";

/** Each seller has their own, also where two use one browser. */
const pickupKey = (person: Person): string => `dispatch.seller.pickup.${person.id}`;

interface Given {
  sale: SaleDetails;
  client: Client;
  person: Person;
  say: Say;
  onMade: () => Promise<void>;
  /** Its buyer has changed where it goes: the sale as it is by now. Raises Refused, Unreachable. */
  onOther: () => Promise<SaleDetails>;
}

/** Makes the delivery of a sale. Where parcels are fetched is remembered from the last one, in another browser too. */
export function DeliveryForm({ sale, client, person, say, onMade, onOther }: Given) {
  const { form, change, fill, drop } = useDraft<DeliveryTyped>(`seller.parcel.${sale.id}`, typedFor(sale, lastPickup(person)));
  const make = useActing<DeliveryTyped>(say, async (typed, key) => {
    try {
      await client.call("/api/deliveries/create/", { method: "POST", body: deliveryOf(sale, typed), idempotencyKey: key });
    } catch (error) {
      if (error instanceof Refused && error.code === "destination_changed") change(destinationOf(await onOther()));
      throw error;
    }
    rememberPickup(person, typed);
    drop();
    await onMade();
  });
  const first = useRef<HTMLFormElement>(null);
  useEffect(() => first.current?.querySelector("input")?.focus(), []);
  const typed = useRef(form);
  typed.current = form;
  useEffect(() => {
    if (form.pickup_address !== "" || form.pickup_place !== "") return;
    // Whoever typed meanwhile knows better; without an answer it is typed.
    const untouched = (): boolean => typed.current.pickup_address === "" && typed.current.pickup_place === "";
    const begun = form;
    newestPickup(client).then((pickup) => pickup !== null && untouched() && fill({ ...typed.current, ...leftOf(pickup, begun, typed.current) }), () => undefined);
  }, []);
  const text = (name: keyof DeliveryTyped, label: string, more: Partial<Parameters<typeof Field>[0]> = {}) => (
    <Field label={label} name={name} value={form[name]} onValue={(value) => change({ [name]: value })} problem={make.fields[name]} {...more} />
  );
  return (
    <form
      ref={first}
      class="fields"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void make.start(form);
      }}
    >
      <h3>{say("delivery.from")}</h3>
      {text("pickup_address", say("address"))}
      <PlaceField label={say("place")} name="pickup_place" value={form.pickup_place} onValue={(pickup_place) => change({ pickup_place })} problem={make.fields["pickup_latitude"] ?? make.fields["pickup_longitude"]} say={say} />
      <div class="pair">
        {text("pickup_contact_name", say("name"))}
        {text("pickup_contact_phone", say("phone"), { type: "tel" })}
      </div>
      <h3>{say("delivery.to")}</h3>
      {text("delivery_address", say("address"))}
      <PlaceField label={say("place")} name="delivery_place" value={form.delivery_place} onValue={(delivery_place) => change({ delivery_place })} problem={make.fields["delivery_latitude"] ?? make.fields["delivery_longitude"]} say={say} />
      <div class="pair">
        {text("delivery_contact_name", say("name"))}
        {text("delivery_contact_phone", say("phone"), { type: "tel" })}
      </div>
      {text("delivery_instructions", say("instructions"), { lines: 2, help: say("optional") })}
      <h3>{say("delivery.parcel")}</h3>
      <div class="pair">
        {text("package_weight", say("delivery.weight"), { more: { inputMode: "decimal" }, help: weightWords(sale, form.package_weight, say) })}
        {text("delivery_fee", say("delivery.fee"), { more: { inputMode: "decimal" }, help: say("delivery.fee.help") })}
      </div>
      <div class="pair">
        {text("requested_pickup_date", say("delivery.pickup_at"), { type: "datetime-local", help: say("optional") })}
        {text("requested_delivery_date", say("delivery.arrive_by"), { type: "datetime-local", help: say("optional") })}
      </div>
      {text("priority", say("delivery.priority"), {
        choices: [["low", say("priority.low")], ["normal", say("priority.normal")], ["high", say("priority.high")], ["urgent", say("priority.urgent")]],
      })}
      <Check label={say("delivery.fragile")} checked={form.fragile === "yes"} onValue={(fragile) => change({ fragile: fragile ? "yes" : "no" })} />
      <p class="problem" role="alert">{make.problem}</p>
      <button class="button first" disabled={make.pending}>{say("delivery.send")}</button>
    </form>
  );
}

function weightWords(sale: SaleDetails, typed: string, say: Say): string {
  if (sale.weight_kg === null) return say("delivery.weight.unknown");
  const from = weightFrom(sale, typed);
  return from === null ? "" : say("delivery.weight.of_product", { count: from.count, each: String(from.each) });
}

function lastPickup(person: Person): Pickup {
  const empty = { pickup_address: "", pickup_place: "", pickup_contact_name: person.name, pickup_contact_phone: person.phone ?? "" };
  try {
    return readDraft<Pickup>(localStorage.getItem(pickupKey(person)), empty);
  } catch {
    return empty;
  }
}

function rememberPickup(person: Person, { pickup_address, pickup_place, pickup_contact_name, pickup_contact_phone }: Pickup): void {
  try {
    localStorage.setItem(pickupKey(person), JSON.stringify({ pickup_address, pickup_place, pickup_contact_name, pickup_contact_phone }));
  } catch {
    // It is typed again.
  }
}
