import type { Client } from "../client.ts";
import { useEffect, useState } from "preact/hooks";
import { Check, Field } from "../field.tsx";
import { useLoading } from "../loading.tsx";
import type { Language } from "../numbers.ts";
import { PlaceField } from "../place_field.tsx";
import { type Key, type Say, speaker } from "../words.ts";
import { type Address, type Keeping, type KeepingChoice, type Kept, type Provinces, chosenOf, differs, districtChoices, emptyAddress, keptAddresses } from "./addresses.ts";
import own from "./words.json";

type OwnSay = Say<Key | keyof (typeof own)["en"]>;

interface Given {
  client: Client;
  form: Address;
  change: (changes: Partial<Address>) => void;
  fields: Readonly<Record<string, string>>;
  language: Language;
  /** Whether who types is the customer, who may keep addresses. */
  mine?: boolean;
  /** Hears of the usual address, where one is kept. */
  fill?: (usual: Address) => void;
  /** What becomes of the address beside the order, where that is to be chosen. */
  keeping?: KeepingChoice;
}

/** Who is found where: typed, or one of the addresses that the customer keeps. */
export function AddressFields({ client, form, change, fields, language, mine = true, fill, keeping }: Given) {
  const say = speaker(language, own);
  const provinces = useLoading(() => client.call<Provinces>("/api/v1/marketplace/provinces/", { signed: false }), []);
  const kept = useLoading(() => (mine ? keptAddresses(client) : Promise.resolve([])), [mine]);
  const [usual] = kept.value ?? []; // the API has the usual one first
  useEffect(() => {
    if (usual !== undefined) fill?.(chosenOf(usual));
  }, [usual]);
  const begun = kept.value?.find((one) => String(one.id) === form.kept);
  const choices = (kept.value ?? []).map((one) => [String(one.id), one.label === "" ? one.full_address : `${one.label}: ${one.full_address}`] as const);
  return (
    <>
      {choices.length > 0 && (
        <Field
          label={say("address.kept")}
          name="kept"
          value={begun === undefined ? "" : form.kept}
          onValue={(id) => {
            const chosen = kept.value?.find((one) => String(one.id) === id);
            keeping?.choose(chosen === undefined ? "new" : "no");
            change(chosen === undefined ? emptyAddress(form.name, form.phone) : chosenOf(chosen));
          }}
          choices={[["", say("address.kept.none")], ...choices]}
        />
      )}
      <p class="small quiet">{say("address.needed")}</p>
      <div class="pair">
        <Field label={say("name")} name="customer_name" needed value={form.name} onValue={(name) => change({ name })} problem={fields["customer_name"]} more={{ autocomplete: "name" }} />
        <Field label={say("phone")} name="phone_number" needed type="tel" value={form.phone} onValue={(phone) => change({ phone })} problem={fields["phone_number"]} help={say("phone.help")} more={{ autocomplete: "tel" }} />
      </div>
      <div class="pair">
        <Field label={say("address")} name="address" needed value={form.address} onValue={(address) => change({ address })} problem={fields["address"]} more={{ autocomplete: "street-address" }} />
        <Field label={say("landmark")} name="landmark" value={form.landmark} onValue={(landmark) => change({ landmark })} problem={fields["landmark"]} help={say("landmark.help")} />
      </div>
      <div class="pair">
        <Field label={say("city")} name="city" needed value={form.city} onValue={(city) => change({ city })} problem={fields["city"]} more={{ autocomplete: "address-level2" }} />
        <Field label={say("district")} name="district" value={form.district} onValue={(district) => change({ district })} problem={fields["district"] ?? fields["state"]} choices={districtChoices(provinces.value, language, say("district.none"))} />
      </div>
      <Exact folded={keeping !== undefined} form={form} change={change} fields={fields} say={say} />
      <Field label={say("instructions")} name="delivery_instructions" lines={2} value={form.instructions} onValue={(instructions) => change({ instructions })} problem={fields["delivery_instructions"]} help={say("instructions.help")} />
      {keeping !== undefined && <Keep form={form} begun={begun} all={kept.value} change={change} {...keeping} say={say} />}
    </>
  );
}

interface ExactGiven extends Pick<Given, "form" | "change" | "fields"> {
  /** Whether it lies behind a line of its own until somebody wants it: most people know no Plus Code. */
  folded: boolean;
  say: OwnSay;
}

/** Where the door is, for whoever can say it more exactly than in words. What is filled in is in sight until somebody folds it, and what is wrong whoever folded it. */
function Exact({ folded, form, change, fields, say }: ExactGiven) {
  const typed = form.code !== "" || form.place !== "";
  const [open, setOpen] = useState(typed);
  const wrong = fields["plus_code"] ?? fields["latitude"] ?? fields["longitude"];
  useEffect(() => {
    if (typed) setOpen(true);
  }, [typed]);
  const inside = (
    <>
      <Field label={say("plus_code")} name="plus_code" value={form.code} onValue={(code) => change({ code })} problem={fields["plus_code"]} help={say("plus_code.help")} more={{ autocomplete: "off" }} />
      <PlaceField label={say("door")} name="place" value={form.place} onValue={(place) => change({ place })} problem={fields["latitude"] ?? fields["longitude"]} say={say} />
    </>
  );
  if (!folded) return inside;
  return (
    <details class="exact" open={open || wrong !== undefined} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say("exact")}</summary>
      <div class="fields">{inside}</div>
    </details>
  );
}

interface KeepGiven extends KeepingChoice {
  form: Address;
  /** The kept one that the form began as. */
  begun: Kept | undefined;
  /** All that are kept; null until they were heard of. */
  all: readonly Kept[] | null;
  change: (changes: Partial<Address>) => void;
  say: Say<keyof (typeof own)["en"]>;
}

/** Asked only where there is something to keep: one's usual address as it is needs no question. And not before that is known: no box is ticked by itself under somebody's hand. */
function Keep({ form, begun, all, change, chosen, choose, suggest, forget, say }: KeepGiven) {
  const known = all !== null;
  const asked = known && (begun === undefined ? !all.some((one) => !differs(form, one)) : differs(form, begun));
  // Whoever orders again is offered where it went before, unless they say no: a first address is kept.
  useEffect(() => {
    if (all?.length === 0) suggest("new");
  }, [all]);
  useEffect(() => {
    if (known && !asked) forget(); // what was chosen of changes that are undone is not wanted any more
  }, [known, asked]);
  if (!asked) return null;
  return (
    <>
      {begun === undefined ? (
        <Check label={say("address.keep")} checked={chosen === "new"} onValue={(keep) => choose(keep ? "new" : "no")} />
      ) : (
        <Field
          label={say("address.keep.changed")}
          name="keeping"
          value={chosen}
          onValue={(wanted) => choose(wanted as Keeping)}
          choices={[["no", say("address.keep.no")], ["change", say("address.keep.change")], ["new", say("address.keep.new")]]}
        />
      )}
      {chosen !== "no" && all.length > 0 && <Field label={say("address.label")} name="label" value={form.label} onValue={(label) => change({ label })} help={say("address.label.help")} more={{ maxLength: 60, autocomplete: "off" }} />}
    </>
  );
}
