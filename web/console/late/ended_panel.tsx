// A parcel that has ended, to be read: how, who had it, what proved it and what happened.
import "./attempts_panel.css";
import { useState } from "preact/hooks";
import { elsewhere } from "../../shared/address.ts";
import { Refused } from "../../shared/client.ts";
import { useLoading } from "../../shared/loading.tsx";
import { problemOf } from "../../shared/problems.ts";
import { wasSigned } from "../../shared/proof/records.ts";
import { measured } from "../../shared/numbers.ts";
import { clock } from "../../shared/times.ts";
import type { Details } from "../calls.ts";
import { shortPlace } from "../desk.ts";
import { Call } from "./delivery_panel.tsx";
import { DoneList } from "../done_list.tsx";
import { over } from "../frames.ts";
import { type HandoverProof, endedAt, endedKey, handoversOf } from "./ended.ts";
import { HistoryList } from "./history_list.tsx";
import { ObjectionPanel } from "./objection_panel.tsx";
import { LINKS_RENEWED_MS, Picture, RefusedPanel } from "./refused_panel.tsx";
import { WayPanel } from "./way_panel.tsx";
import { useLateDesk } from "./words.ts";

/** What goes on is on the board as soon as that has heard of it; until then it may end. */
const AGAIN_MS = 5_000;

export function EndedPanel({ id }: { id: number }) {
  const { say, calls } = useLateDesk();
  const [goes_on, setGoesOn] = useState(false);
  const load = async (): Promise<Details> => {
    const details = await calls.details(id);
    setGoesOn(!over(details));
    return details;
  };
  const { value, problem, reload } = useLoading(load, [id], goes_on ? AGAIN_MS : null);
  if (value !== null && over(value)) return <Ended details={value} onChanged={() => void reload()} />;
  if (problem === null) return <p class="quiet pad">{say("loading")}</p>;
  const there_is_none = problem instanceof Refused && problem.status === 404;
  return <p class={there_is_none ? "quiet pad" : "problem pad"}>{there_is_none ? say("ended.gone") : problemOf(problem, say)}</p>;
}

function Ended({ details, onChanged }: { details: Details; onChanged: () => void }) {
  const { say, now, language } = useLateDesk();
  const { transporter } = details;
  return (
    <div class="scroll sheet">
      <header>
        <p class="number small"><a href={elsewhere(`/t/${details.tracking_number}`)} target="_blank" rel="noreferrer" title={say("detail.open")}>{details.tracking_number}</a></p>
        <h2 class="title">{shortPlace(details.pickup_address)} → {shortPlace(details.delivery_address)}</h2>
        <p>{say(endedKey(details), { at: clock(endedAt(details), now, language) })}</p>
      </header>
      <dl class="facts">
        {transporter !== null && <Fact name={say("detail.courier")} words={transporter.name} phone={transporter.phone} call={say("courier.call", { name: transporter.name })} />}
        <Fact name={say("from")} words={details.pickup_address} phone={details.pickup_contact_phone} call={say("detail.call_pickup")} />
        <Fact name={say("to")} words={details.delivery_address} phone={details.delivery_contact_phone} call={say("detail.call_dropoff")} />
      </dl>
      {details.status === "delivered" && details.return_of === null && <ObjectionPanel details={details} onDecided={onChanged} />}
      <Proofs id={details.id} />
      {transporter !== null && <WayPanel key={details.id} details={details} />}
      <RefusedPanel id={details.id} turn="" />
      <HistoryList details={details} turn="" />
      <DoneList />
    </div>
  );
}

function Fact({ name, words, phone, call }: { name: string; words: string; phone: string | null; call: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{words}{phone !== null && <Call phone={phone} words={call} />}</dd>
    </div>
  );
}

function Proofs({ id }: { id: number }) {
  const { say, calls } = useLateDesk();
  const { value } = useLoading(() => handoversOf(calls.client, id), [id], LINKS_RENEWED_MS);
  if (value === null || value.length === 0) return null;
  return (
    <section class="card tries" aria-labelledby="proofs">
      <h3 id="proofs" class="small quiet">{say("ended.proof")}</h3>
      <ol class="history">{value.map((one) => <Handover key={one.number} one={one} />)}</ol>
    </section>
  );
}

function Handover({ one }: { one: HandoverProof }) {
  const { say, now, language } = useLateDesk();
  const what = say(`ended.proof.${one.end}`);
  const more = [
    one.signed_by === "" ? "" : say(wasSigned(one) ? "refused.signed" : "refused.received", { name: one.signed_by }),
    one.distance_m === null ? "" : say("refused.away", { distance: measured(one.distance_m, language) }),
  ];
  return (
    <li>
      <time class="number small quiet" dateTime={one.happened_at}>{clock(Date.parse(one.happened_at), now, language)}</time>
      <span>
        {what}
        <span class="quiet small">{more.map((part) => (part === "" ? "" : ` · ${part}`)).join("")}</span>
        {one.photo !== null && <Picture url={one.photo.url} words={say("ended.photo", { what })} />}
        {one.signature !== null && <Picture url={one.signature.url} words={say("ended.signature", { what })} />}
      </span>
    </li>
  );
}
