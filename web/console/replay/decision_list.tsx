// What was decided until a moment, newest first, and why: each leads to its moment.
import { useState } from "preact/hooks";
import type { components } from "../../shared/api.ts";
import type { Client } from "../../shared/client.ts";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { clock } from "../../shared/times.ts";
import { elsewhere } from "../../shared/address.ts";
import type { RoomGiven } from "../rooms.tsx";
import type { Decision, Past } from "./window.ts";

type Why = components["schemas"]["DecisionAnswer"];
type Spoken = Pick<RoomGiven, "language" | "say">;

const SHOWN = 100;
const BEST = 3;

interface Given extends Spoken {
  client: Client;
  past: Past;
  /** Milliseconds since 1970. */
  until: number;
  onMoment: (at: number) => void;
}

export function DecisionList({ client, past, until, onMoment, language, say }: Given) {
  const made = past.decisions.filter((one) => Date.parse(one.made_at) <= until);
  return (
    <section aria-labelledby="decided">
      <h2 id="decided">{say("replay.decided", { count: made.length, of: past.decided })}</h2>
      {past.decided === 0 && <p class="quiet card">{say("replay.decided.none")}</p>}
      <ol class="decided" hidden={made.length === 0}>
        {made.slice(0, SHOWN).map((one) => <Made key={one.id} client={client} of={one} onMoment={onMoment} language={language} say={say} />)}
      </ol>
      {made.length > SHOWN && <p class="small quiet">{say("replay.decided.more", { count: made.length - SHOWN })}</p>}
    </section>
  );
}

function Made({ client, of, onMoment, language, say }: { client: Client; of: Decision; onMoment: (at: number) => void } & Spoken) {
  const [asked, setAsked] = useState<number | null>(null);
  const at = Date.parse(of.made_at);
  const more = of.deliveries - of.named.length;
  return (
    <li>
      <p>
        <button type="button" class="link number" title={say("replay.to_moment")} onClick={() => onMoment(at)}>{clock(at, Date.now(), language)}</button>{" "}
        {say(`replay.kind.${of.kind}`)} · <span class="quiet small">{of.deliveries > 1 && `${say("replay.parcels", { count: of.deliveries })} · `}{say("replay.online", { count: of.online })}</span>
      </p>
      <p class="parcels">
        {of.named.map((parcel) => (
          <button key={parcel.delivery_id} type="button" class="link small number" aria-expanded={asked === parcel.delivery_id} onClick={() => setAsked(asked === parcel.delivery_id ? null : parcel.delivery_id)}>
            {say("replay.why", { number: parcel.tracking_number })}
          </button>
        ))}
        {more > 0 && <span class="small quiet">{say("replay.more", { count: more })}</span>}
      </p>
      {asked !== null && <Because key={asked} client={client} delivery={asked} at={of.made_at} language={language} say={say} />}
    </li>
  );
}

/** Who got it then, and who came next. */
function Because({ client, delivery, at, language, say }: { client: Client; delivery: number; at: string } & Spoken) {
  const loading = useLoading(() => client.call<Why>(`/api/deliveries/${delivery}/decision/?at=${encodeURIComponent(at)}`), [delivery, at]);
  return (
    <div class="why">
      <Loaded of={loading} language={language} say={say} lines={2}>
        {(why) => (
          <>
            <p>{why.transporter_name === null ? say("replay.nobody_got") : say("replay.got", { name: why.transporter_name })}</p>
            <ol>
              {why.candidates.slice(0, BEST).map((one) => (
                <li key={one.transporter_id} class="small number">{say("replay.candidate", { name: one.name, score: one.scores === null ? "–" : Math.round(one.scores.total) })}</li>
              ))}
            </ol>
            <p class="small"><a href={elsewhere(`/console?delivery=${delivery}`)}>{say("replay.look")}</a></p>
          </>
        )}
      </Loaded>
    </div>
  );
}
