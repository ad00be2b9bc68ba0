// What lists of deliveries and orders are narrowed by beside words, days and zones: people.
import { useId, useState } from "preact/hooks";
import { changed, go, readAddress } from "../../shared/address.ts";
import { Field } from "../../shared/field.tsx";
import { Link } from "../../shared/link.tsx";
import type { Filter } from "../../shared/listing.tsx";
import { useLoading } from "../../shared/loading.tsx";
import { problemOf } from "../../shared/problems.ts";
import { MOST_SEARCHED, searchText } from "../../shared/search_text.ts";
import { useTyped } from "../../shared/typed.ts";
import { type Kind, OFFERED, findPeople, personOf } from "./finding_people.ts";
import type { TradeGiven } from "./given.ts";

export function personFilter(kind: Kind, { client, address, say }: TradeGiven): Filter {
  const asked = address.query.get(kind);
  const label = say(`filter.${kind}`);
  return {
    name: kind,
    label,
    field: asked === null || asked === "" ? <Finding kind={kind} label={label} client={client} say={say} /> : <Chosen key={asked} kind={kind} id={asked} label={label} client={client} address={address} say={say} />,
  };
}

function Chosen({ kind, id, label, client, address, say }: { kind: Kind; id: string; label: string } & Pick<TradeGiven, "client" | "address" | "say">) {
  const { value } = useLoading(() => personOf(client, kind, id), [kind, id]);
  const name = value?.name ?? say("count", { count: id });
  return (
    <div class="field chosen">
      <span>{label}</span>
      <Link class="button" href={changed(address, { [kind]: null, page: null })} label={say("filter.without", { kind: label, name })}>{name} <span aria-hidden="true">×</span></Link>
    </div>
  );
}

/** A text that is typed, and who may be meant by it, to choose from. */
function Finding({ kind, label, client, say }: { kind: Kind; label: string } & Pick<TradeGiven, "client" | "say">) {
  const [asked, setAsked] = useState("");
  const [typed, setTyped] = useTyped(asked, setAsked);
  const words = useId();
  const found = useLoading(() => (asked === "" ? Promise.resolve(null) : findPeople(client, kind, asked)), [kind, asked]);
  const people = asked === "" ? null : found.value;
  return (
    <div class="finding">
      <Field label={label} name={kind} type="search" value={typed} onValue={(text) => setTyped(searchText(text))} more={{ maxLength: MOST_SEARCHED, "aria-controls": words, placeholder: say("filter.find") }} />
      <div id={words} role="status">
        {found.problem !== null && <p class="small problem">{problemOf(found.problem, say)}</p>}
        {people !== null && people.length === 0 && <p class="small quiet">{say("filter.nobody")}</p>}
        {people !== null && people.length > 0 && (
          <ul class="offered">
            {people.map((one) => (
              <li key={one.id}>
                <button type="button" class="button plain" onClick={() => go(changed(readAddress(location.href), { [kind]: one.id, page: null }))}>
                  {one.name} <span class="small quiet">{one.beside}</span>
                </button>
              </li>
            ))}
            {people.length === OFFERED && <li class="small quiet">{say("filter.more")}</li>}
          </ul>
        )}
      </div>
    </div>
  );
}
