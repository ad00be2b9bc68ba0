// Who could have a parcel instead of whoever has it: ranked, each with what a dispatcher chooses by, the best by name.
import { useEffect, useId, useState } from "preact/hooks";
import "./takers.css";
import { useLoading } from "../shared/loading.tsx";
import { distance } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { clock, duration } from "../shared/times.ts";
import { type Order, chosenOf, firstThere, inOrder, lateOnArrival, nobodyEarlier, othersOf, proposedFirst, stopsWords } from "./arrivals.ts";
import type { Candidate } from "./calls.ts";
import { CourierPicker } from "./courier_picker.tsx";
import { Delayed } from "./delays.tsx";
import { useLateDesk } from "./late/words.ts";
import { ParcelName } from "./parcel_name.tsx";
import { OrderChoice } from "./order_choice.tsx";
import { useStill } from "./still_rows.ts";
import { type Delivery, aboard } from "./frames.ts";

const AGAIN_MS = 20_000;
const SHOWN = 5;
const MORE = 20;

export type Taker = "proposed" | number | null;

interface TakersGiven {
  delivery: Delivery;
  to: Taker;
  onTo: (to: Taker) => void;
  /** Who is proposed, by the rule by which one that waits has its button; null where that is whom the server holds for the best, or nobody is known yet. */
  onProposed: (courier: number | null) => void;
}

/** Whom the page proposes, one of the ranked, or somebody by name. What is aboard goes to a named one alone. */
export function Takers({ delivery, to, onTo, onProposed }: TakersGiven) {
  const { say, board, calls, language, now } = useLateDesk();
  const name = useId();
  const [named, setNamed] = useState(false);
  const [order, setOrder] = useState<Order>("suggested");
  const [most, setMost] = useState(SHOWN);
  const loading = useLoading(() => calls.candidates(delivery.id), [delivery.id, delivery.status, delivery.transporter_id], AGAIN_MS);
  const others = othersOf(loading.value?.candidates ?? [], delivery.transporter_id);
  const able = others.filter((one) => !one.gave_back);
  const proposed = chosenOf(able, delivery.due_at);
  const named_id = proposed === undefined || proposed === able[0] ? null : proposed.transporter.id;
  useEffect(() => onProposed(named_id), [named_id]);
  const still = useStill<Candidate>((one) => one.transporter.id);
  const shown = still.rows(inOrder(proposedFirst(others, proposed), order).slice(0, most), `${delivery.id} ${order}`);
  const holder = board.nameOf(delivery.transporter_id);
  const fastest = others[firstThere(others)];
  const choose = (taker: Taker): void => {
    setNamed(false);
    onTo(taker);
  };
  return (
    <fieldset class="takers" aria-busy={loading.slow}>
      <legend>{say("reassign.to")}</legend>
      {loading.value === null && <p class="quiet" role="status">{loading.problem === null ? say("candidates.loading") : problemOf(loading.problem, say)}</p>}
      {loading.value !== null && others.length === 0 && <p class="problem">{loading.value.reason ?? say("takers.nobody")}</p>}
      {holder !== null && (
        <p class="small number">
          {say("takers.now", { name: holder, at: delivery.expected_at === null ? say("takers.unknown") : clock(delivery.expected_at, now, language) })}
          {nobodyEarlier(others, delivery.expected_at) && <> · <strong>{say("takers.none_earlier")}</strong></>}
        </p>
      )}
      {!aboard(delivery) && (
        <label class="choice">
          <input type="radio" name={name} checked={to === "proposed" && !named} onChange={() => choose("proposed")} />
          {proposed === undefined ? say("reassign.best") : say("takers.proposed", { name: proposed.transporter.name })}
        </label>
      )}
      {others.length > 1 && <OrderChoice order={order} onOrder={setOrder} />}
      <ol {...still.handlers}>
        {shown.map((one, place) => (
          <TakerRow key={one.transporter.id} one={one} place={place + 1} name={name} due_at={delivery.due_at} fastest={one === fastest && others.length > 1} chosen={to === one.transporter.id && !named} onChoose={() => choose(one.transporter.id)} />
        ))}
      </ol>
      {others.length > most && <button type="button" class="link small" onClick={() => setMost(most + MORE)}>{say("console.show_all", { count: Math.min(MORE, others.length - most) })}</button>}
      <label class="choice">
        <input type="radio" name={name} checked={named} onChange={() => (setNamed(true), onTo(null))} />
        {say("relieve.to.one")}
      </label>
      {named && <CourierPicker label={say("takers.name")} but={delivery.transporter_id} chosen={typeof to === "number" ? to : null} onChoose={onTo} />}
    </fieldset>
  );
}

interface RowGiven {
  one: Candidate;
  place: number;
  /** Of the group of choices. */
  name: string;
  due_at: number | null;
  fastest: boolean;
  chosen: boolean;
  onChoose: () => void;
}

function TakerRow({ one, place, name, due_at, fastest, chosen, onChoose }: RowGiven) {
  const { say, digits, language, now } = useLateDesk();
  const score = one.score_details.total_score;
  const late = lateOnArrival(one, due_at);
  const stops = stopsWords(one.stops_before);
  const facts = [
    say("candidates.at_pickup", { at: clock(Date.parse(one.estimated_pickup_time), now, language) }),
    say("candidates.at_door", { at: clock(Date.parse(one.estimated_delivery_time), now, language) }),
    late === 0 ? null : say("candidates.late", { age: duration(late / 1000, say) }),
    one.distance_km === null ? null : say("candidates.distance", { distance: distance(one.distance_km * 1000, language) }),
    say("candidates.load", { count: one.active, most: one.max_active }),
    stops === null ? null : say(stops.key, { count: stops.count }),
    one.presence === "stale" ? say("row.silent") : null,
    one.gave_back ? say("takers.gave_back") : null,
  ].filter((fact) => fact !== null);
  return (
    <li>
      <label class="choice taker">
        <input type="radio" name={name} checked={chosen} onChange={onChoose} />
        <span class="what">
          <span class="who">
            <span class="number quiet">{digits(place)}.</span> <strong>{one.transporter.name}</strong>
            {fastest && <span class="mark-of small">{say("candidates.first_there")}</span>}
            <span class="number" title={say("candidates.score", { score })}>{say("takers.points", { score })}</span>
          </span>
          <span class="small quiet number">{facts.join(" · ")}</span>
          <Delayed of={one} />
        </span>
      </label>
    </li>
  );
}

/** Who would have each of a courier's parcels, as it looks now: "the best" has a name for each. */
export function BestOfEach({ courier }: { courier: number }) {
  const { say, board, calls, digits, language, now } = useLateDesk();
  const waiting = board.tourOf(courier).filter((one) => one.status === "assigned");
  const looked = waiting.slice(0, SHOWN);
  const loading = useLoading(() => Promise.all(looked.map((one) => calls.candidates(one.id))), [courier, looked.map((one) => one.id).join()], AGAIN_MS);
  if (waiting.length === 0) return <p class="quiet">{say("relieve.nothing")}</p>;
  return (
    <div class="takers" aria-busy={loading.slow}>
      {loading.value === null && <p class="quiet" role="status">{loading.problem === null ? say("candidates.loading") : problemOf(loading.problem, say)}</p>}
      <ul>
        {(loading.value ?? []).map((found) => {
          const best = othersOf(found.candidates, courier).find((one) => !one.gave_back);
          return (
            <li key={found.delivery_id} class="aside">
              <ParcelName id={found.delivery_id} number={found.tracking_number} />{" "}
              {best === undefined ? (
                <span class="problem">{found.reason ?? say("takers.nobody")}</span>
              ) : (
                <span>
                  → <strong>{best.transporter.name}</strong>{" "}
                  <span class="small quiet number">{say("candidates.at_door", { at: clock(Date.parse(best.estimated_delivery_time), now, language) })} · {say("takers.points", { score: best.score_details.total_score })}</span>
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {waiting.length > looked.length && <p class="small quiet">{say("takers.more", { count: digits(waiting.length - looked.length) })}</p>}
      {loading.value !== null && <p class="small quiet">{say("takers.as_now")}</p>}
    </div>
  );
}
