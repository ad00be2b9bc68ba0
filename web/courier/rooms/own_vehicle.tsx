// What a transporter says of themselves and their vehicle; what a change means is said before it is made.
import { useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { Field } from "../../shared/field.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { vehicleChoices } from "./documents.ts";
import { type Profile, type ProfileTyped, changesOf, lookedAtAnew, typedOf } from "./profile.ts";
import { type RoomGiven, roomWord } from "./words.ts";

const PATH = "/api/transporters/me/";

interface Given {
  given: RoomGiven;
  onDone: () => Promise<void>;
}

export function OwnVehicle({ given, onDone }: Given) {
  const { client, language, say } = given;
  const profile = useLoading(() => client.call<Profile>(PATH), []);
  return <Loaded of={profile} language={language} say={say} lines={5}>{(found) => <Form of={found} given={given} onDone={onDone} onSaved={profile.set} />}</Loaded>;
}

function Form({ of, given: { client, work, say }, onDone, onSaved }: Given & { of: Profile; onSaved: (profile: Profile) => void }) {
  const [typed, setTyped] = useState<Partial<ProfileTyped>>({});
  const [told, setTold] = useState("");
  const form = { ...typedOf(of), ...typed };
  const changes = changesOf(of, form);
  const changed = Object.keys(changes).length > 0;
  const anew = lookedAtAnew(changes);
  const acting = useActing<typeof changes>(say, async (body, key) => {
    const sent = form;
    // What is verified for one vehicle is not for another: a list that is asked for meanwhile would be refused.
    await work.alone(async () => onSaved(await client.call<Profile>(PATH, { method: "PATCH", body, idempotencyKey: key })));
    setTyped((had) => Object.fromEntries(Object.entries(had).filter(([name, text]) => text !== sent[name as keyof ProfileTyped]))); // what was typed meanwhile stays
    setTold(say("own_vehicle.saved"));
    await onDone();
  });
  const change = (more: Partial<ProfileTyped>): void => {
    setTold("");
    setTyped((had) => ({ ...had, ...more }));
  };
  const text = (name: keyof ProfileTyped, label: string, more: Partial<Parameters<typeof Field>[0]> = {}) => (
    <Field label={label} name={name} value={form[name]} onValue={(value) => change({ [name]: value })} problem={acting.fields[name]} {...more} />
  );
  return (
    <form
      class="card fields"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) void acting.start(changes);
      }}
    >
      <h2>{say("own_vehicle.title")}</h2>
      {text("vehicle_type", say("own_vehicle.type"), { choices: vehicleChoices(of.vehicle_type).map((one) => [one, roomWord("vehicle", one, say)] as const) })}
      {text("vehicle_number", say("own_vehicle.number"), { more: { maxLength: 32 } })}
      {text("capacity_kg", say("profile.capacity"), { more: { inputMode: "decimal" } })}
      {text("phone", say("own_vehicle.phone"), { type: "tel", help: say("own_vehicle.phone.help"), more: { autocomplete: "tel" } })}
      {text("business_name", say("profile.business"), { more: { maxLength: 120 } })}
      {text("max_active", say("own_vehicle.at_once"), { help: say("own_vehicle.at_once.help"), more: { inputMode: "numeric" } })}
      {anew !== null && <p class="why">{say(anew === "vehicle" ? "own_vehicle.warning" : "own_vehicle.warning.profile")}</p>}
      <p role="status" class="quiet">{told}</p>
      <p class="problem" role="alert">{acting.problem}</p>
      {changed && <button type="submit" class="button" disabled={acting.pending}>{say("own_vehicle.save")}</button>}
    </form>
  );
}
