import type { ComponentProps } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { type Client, Refused } from "../../shared/client.ts";
import { readDraft, useDraft } from "../../shared/drafts.ts";
import { Check, Field } from "../../shared/field.tsx";
import { type Language, distance, money } from "../../shared/numbers.ts";
import { PlaceField } from "../../shared/place_field.tsx";
import type { Person } from "../../shared/session.ts";
import { type DeliveryTyped, type Pickup, deliveryOf, destinationOf, filledIn, leftOf, newestPickup, refusedIn, typedFor, weightFrom } from "./delivery.ts";
import { type Fee, feeAfter, feePath } from "./fee.ts";
import { Fold } from "./fold.tsx";
import { ownEnds } from "./proof.ts";
import { ProofChoice } from "./proof_choice.tsx";
import type { SaleDetails } from "../sale_sheet.tsx";
import type { Say } from "../speech.ts";

/** Each seller has their own, also where two use one browser. */
const pickupKey = (person: Person): string => `dispatch.seller.pickup.${person.id}`;

interface Given {
  sale: SaleDetails;
  client: Client;
  person: Person;
  language: Language;
  say: Say;
  onMade: () => Promise<void>;
  /** Its buyer has changed where it goes: the sale as it is by now. Raises Refused, Unreachable. */
  onOther: () => Promise<SaleDetails>;
}

/** Makes the delivery of a sale. Where parcels are fetched is remembered from the last one, in another browser too. */
export function DeliveryForm({ sale, client, person, language, say, onMade, onOther }: Given) {
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
  useEffect(() => {
    const begun = form;
    if (!placeless(begun)) return;
    const take = (pickup: Partial<Pickup> | null): void => {
      if (pickup !== null) fill((typed) => (placeless(typed) ? { ...typed, ...leftOf(pickup, begun, typed) } : typed)); // whoever typed meanwhile knows better
    };
    newestPickup(client).then(take, () => undefined); // without an answer it is typed
  }, []);
  const fee = useFee(client, sale.id, form, (told, before) => fill((typed) => ({ ...typed, delivery_fee: feeAfter(typed.delivery_fee, before, told) })));
  const asked: Asked = { sale, form, problems: make.fields, say, change };
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
      <End {...asked} end="pickup" title={say("delivery.from")} />
      <End {...asked} end="delivery" title={say("delivery.to")} />
      <Text {...asked} name="delivery_instructions" label={say("instructions")} lines={2} help={say("optional")} />
      <h3>{say("delivery.parcel")}</h3>
      <div class="pair">
        <Text {...asked} name="package_weight" label={say("delivery.weight")} more={DECIMAL} help={weightWords(sale, form.package_weight, say)} />
        <Text {...asked} name="delivery_fee" label={say("delivery.fee")} more={DECIMAL} help={fee === null ? say("delivery.fee.help") : feeWords(fee, language, say)} />
      </div>
      <Check label={say("delivery.fragile")} checked={form.fragile === "yes"} onValue={(fragile) => change({ fragile: fragile ? "yes" : "no" })} />
      <Folded {...asked} client={client} />
      <p class="problem" role="alert">{make.problem}</p>
      <button class="button first" disabled={make.pending}>{say("delivery.send")}</button>
    </form>
  );
}

const placeless = ({ pickup_address, pickup_place }: Pickup): boolean => pickup_address === "" && pickup_place === "";

const ASKED_AFTER_MS = 300;

/** What the delivery would cost as its places are typed; null while that is not known. `onTold`: with what was told before. */
function useFee(client: Client, sale: number, form: DeliveryTyped, onTold: (fee: string, before: string | null) => void): Fee | null {
  const [fee, setFee] = useState<Fee | null>(null);
  const told = useRef<string | null>(null);
  const path = feePath(sale, form);
  useEffect(() => {
    let wanted = true;
    const take = (found: Fee): void => {
      if (!wanted) return;
      setFee(found);
      onTold(found.delivery_fee, told.current);
      told.current = found.delivery_fee;
    };
    const pause = setTimeout(() => void client.call<Fee>(path).then(take, () => undefined), told.current === null ? 0 : ASKED_AFTER_MS); // without an answer it is typed
    return () => {
      wanted = false;
      clearTimeout(pause);
    };
  }, [path]);
  return fee;
}

function feeWords({ delivery_fee, distance_km }: Fee, language: Language, say: Say): string {
  const amount = money(delivery_fee, language);
  return distance_km === null ? say("delivery.fee.usual", { amount }) : say("delivery.fee.usual_way", { amount, distance: distance(distance_km * 1000, language) });
}

const DECIMAL = { inputMode: "decimal" };

interface Asked {
  sale: SaleDetails;
  form: DeliveryTyped;
  problems: Readonly<Record<string, string>>;
  say: Say;
  change: (changes: Partial<DeliveryTyped>) => void;
}

function Text({ form, problems, change, name, label, sale: _sale, say: _say, ...more }: Asked & { name: keyof DeliveryTyped; label: string } & Partial<ComponentProps<typeof Field>>) {
  return <Field label={label} name={name} value={form[name]} onValue={(value) => change({ [name]: value })} problem={problems[name]} {...more} />;
}

/** Where it is fetched, or where it goes, and who is there. */
function End({ end, title, ...asked }: Asked & { end: "pickup" | "delivery"; title: string }) {
  const { form, problems, say, change } = asked;
  return (
    <>
      <h3>{title}</h3>
      <Text {...asked} name={`${end}_address`} label={say("address")} />
      <PlaceField label={say("place")} name={`${end}_place`} value={form[`${end}_place`]} onValue={(place) => change({ [`${end}_place`]: place })} problem={problems[`${end}_latitude`] ?? problems[`${end}_longitude`]} say={say} />
      <div class="pair">
        <Text {...asked} name={`${end}_contact_name`} label={say("name")} />
        <Text {...asked} name={`${end}_contact_phone`} label={say("phone")} type="tel" />
      </div>
    </>
  );
}

const PRIORITIES = ["low", "normal", "high", "urgent"] as const;

/** What most parcels need none of. */
function Folded({ client, ...asked }: Asked & { client: Client }) {
  const { sale, form, problems, say, change } = asked;
  const filled = filledIn(form, typedFor(sale, form));
  const refused = refusedIn(problems);
  return (
    <>
      <Fold title={say("delivery.when")} set={filled.when} wrong={refused.when} say={say}>
        {() => (
          <>
            <div class="pair">
              <Text {...asked} name="requested_pickup_date" label={say("delivery.pickup_at")} type="datetime-local" help={say("optional")} />
              <Text {...asked} name="requested_delivery_date" label={say("delivery.arrive_by")} type="datetime-local" help={say("optional")} />
            </div>
            <Text {...asked} name="ready_at" label={say("delivery.ready_at")} type="datetime-local" help={say("delivery.ready_at.help")} />
            <Text {...asked} name="priority" label={say("delivery.priority")} choices={PRIORITIES.map((one) => [one, say(`priority.${one}`)] as const)} />
          </>
        )}
      </Fold>
      <Fold title={say("delivery.more")} set={filled.more} wrong={refused.more} say={say}>
        {() => (
          <>
            <Text {...asked} name="pickup_instructions" label={say("delivery.pickup_instructions")} lines={2} help={say("optional")} />
            <Text {...asked} name="special_instructions" label={say("delivery.special")} lines={2} help={say("delivery.special.help")} />
            <div class="pair">
              <Text {...asked} name="package_dimensions" label={say("delivery.dimensions")} help={say("delivery.dimensions.help")} more={{ maxLength: 100 }} />
              <Text {...asked} name="package_value" label={say("delivery.value")} more={DECIMAL} help={say("delivery.value.help")} />
            </div>
            <Text {...asked} name="label" label={say("delivery.label")} help={say("delivery.label.help")} more={{ maxLength: 64, autocomplete: "off" }} />
          </>
        )}
      </Fold>
      <Fold title={say("delivery.proof_of_one")} set={ownEnds(form)} wrong={refused.proof} say={say}>
        {(seen) => seen && <ProofChoice typed={form} problems={problems} client={client} say={say} onChange={change} />}
      </Fold>
    </>
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
