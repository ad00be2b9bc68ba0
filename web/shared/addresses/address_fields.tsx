import type { Client } from "../client.ts";
import { Field } from "../field.tsx";
import { useLoading } from "../loading.tsx";
import type { Language } from "../numbers.ts";
import { PlaceField } from "../place_field.tsx";
import { speaker } from "../words.ts";
import { type Address, type Provinces, districtChoices, formOf, keptAddresses } from "./addresses.ts";
import own from "./words.json";

interface Given {
  client: Client;
  form: Address;
  change: (changes: Partial<Address>) => void;
  fields: Readonly<Record<string, string>>;
  language: Language;
  /** Whether who types is the customer, who may keep addresses. */
  mine?: boolean;
}

/** Who is found where: typed, or one of the addresses that the customer keeps. */
export function AddressFields({ client, form, change, fields, language, mine = true }: Given) {
  const say = speaker(language, own);
  const provinces = useLoading(() => client.call<Provinces>("/api/v1/marketplace/provinces/", { signed: false }), []);
  const kept = useLoading(() => (mine ? keptAddresses(client) : Promise.resolve([])), [mine]);
  const choices = (kept.value ?? []).map((one) => [String(one.id), one.label === "" ? one.full_address : `${one.label}: ${one.full_address}`] as const);
  return (
    <>
      {choices.length > 0 && (
        <Field
          label={say("address.kept")}
          name="kept"
          value=""
          onValue={(id) => {
            const chosen = kept.value?.find((one) => String(one.id) === id);
            if (chosen !== undefined) change(formOf(chosen));
          }}
          choices={[["", say("address.kept.none")], ...choices]}
        />
      )}
      <div class="pair">
        <Field label={say("name")} name="customer_name" value={form.name} onValue={(name) => change({ name })} problem={fields["customer_name"]} more={{ autocomplete: "name" }} />
        <Field label={say("phone")} name="phone_number" type="tel" value={form.phone} onValue={(phone) => change({ phone })} problem={fields["phone_number"]} help={say("phone.help")} more={{ autocomplete: "tel" }} />
      </div>
      <div class="pair">
        <Field label={say("address")} name="address" value={form.address} onValue={(address) => change({ address })} problem={fields["address"]} more={{ autocomplete: "street-address" }} />
        <Field label={say("landmark")} name="landmark" value={form.landmark} onValue={(landmark) => change({ landmark })} problem={fields["landmark"]} help={say("landmark.help")} />
      </div>
      <div class="pair">
        <Field label={say("city")} name="city" value={form.city} onValue={(city) => change({ city })} problem={fields["city"]} more={{ autocomplete: "address-level2" }} />
        <Field label={say("district")} name="district" value={form.district} onValue={(district) => change({ district })} problem={fields["district"] ?? fields["state"]} choices={districtChoices(provinces.value, language, say("district.none"))} />
      </div>
      <Field label={say("plus_code")} name="plus_code" value={form.code} onValue={(code) => change({ code })} problem={fields["plus_code"]} help={say("plus_code.help")} more={{ autocomplete: "off" }} />
      <PlaceField label={say("door")} name="place" value={form.place} onValue={(place) => change({ place })} problem={fields["latitude"] ?? fields["longitude"]} say={say} />
      <Field label={say("instructions")} name="delivery_instructions" lines={2} value={form.instructions} onValue={(instructions) => change({ instructions })} problem={fields["delivery_instructions"]} help={say("instructions.help")} />
    </>
  );
}
