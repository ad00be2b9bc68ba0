// The first thing that a new transporter is asked: without a profile there is nobody whom an admin could verify.
import "./rooms.css";
import { useActing } from "../../shared/acting.ts";
import { go } from "../../shared/address.ts";
import { useDraft } from "../../shared/drafts.ts";
import { Field } from "../../shared/field.tsx";
import { pathOf } from "../views.ts";
import { VEHICLES } from "./documents.ts";
import { type RoomGiven, roomWord } from "./words.ts";

const EMPTY = { phone: "", vehicle_type: "motorcycle", vehicle_number: "", capacity_kg: "", business_name: "" };

export function ProfileRoom({ client, work, say }: RoomGiven) {
  const { form, change, drop } = useDraft("profile", EMPTY);
  const acting = useActing<Record<string, unknown>>(say, async (body, key) => {
    await work.alone(() => client.call<unknown>("/api/transporters/", { method: "POST", body, idempotencyKey: key }));
    drop();
    go(pathOf({ name: "documents" })); // whoever has no profile can be nowhere else, and this part has gone once there is one
  });
  return (
    <form
      class="card fields"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const capacity = form.capacity_kg.trim();
        void acting.start({ ...form, phone: form.phone.trim() || null, capacity_kg: capacity === "" ? null : Number(capacity) });
      }}
    >
      <h1 tabIndex={-1}>{say("profile.title")}</h1>
      <p class="quiet">{say("profile.help")}</p>
      <Field label={say("phone")} name="phone" type="tel" value={form.phone} onValue={(phone) => change({ phone })} problem={acting.fields["phone"]} help={say("phone.help")} more={{ autocomplete: "tel" }} />
      <Field label={say("own_vehicle.type")} name="vehicle_type" value={form.vehicle_type} onValue={(vehicle_type) => change({ vehicle_type })} choices={VEHICLES.map((one) => [one, roomWord("vehicle", one, say)])} problem={acting.fields["vehicle_type"]} />
      <Field label={say("own_vehicle.number")} name="vehicle_number" value={form.vehicle_number} onValue={(vehicle_number) => change({ vehicle_number })} problem={acting.fields["vehicle_number"]} more={{ maxLength: 32 }} />
      <Field label={say("profile.capacity")} name="capacity_kg" type="number" value={form.capacity_kg} onValue={(capacity_kg) => change({ capacity_kg })} problem={acting.fields["capacity_kg"]} more={{ min: 1, inputMode: "decimal" }} />
      <Field label={say("profile.business")} name="business_name" value={form.business_name} onValue={(business_name) => change({ business_name })} problem={acting.fields["business_name"]} more={{ maxLength: 120 }} />
      <p class="problem" role="alert">{acting.problem}</p>
      <button type="submit" class="button first" disabled={acting.pending}>{say("profile.save")}</button>
    </form>
  );
}
