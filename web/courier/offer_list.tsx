// What the courier is asked: take it or not, while there is time by the server's clock.
import { Check, X } from "lucide";
import { useState } from "preact/hooks";
import { Refused } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { inARow } from "../shared/in_a_row.ts";
import { distance } from "../shared/numbers.ts";
import { dueWords, pressingWords } from "./dues.ts";
import { type Given, useNow } from "./given.ts";
import { DECLINE_REASONS, type DeclineReason, type Offer, answerable, secondsLeft, shareLeft } from "./offers.ts";
import { payWords } from "./pay.ts";
import { useTapProblem } from "./tap_problem.ts";

export function OfferList(given: Given) {
  const { work, state, sound, say } = given;
  useNow();
  const [over, setOver] = useState("");
  const { problem: failing, failed, forget } = useTapProblem(given);
  const problem = over === "" ? failing : over;
  const [asking, setAsking] = useState<number | null>(null);
  const now = work.serverNow();
  const open = answerable(state.offers, now);

  const answer = async (offer: Offer, reason: DeclineReason | null): Promise<void> => {
    sound.noticed(offer.id);
    setAsking(offer.id);
    setOver("");
    forget();
    try {
      await work.answer(offer, reason);
    } catch (error) {
      if (error instanceof Refused && error.code === "offer_over") setOver(say("offer.over", { title: offer.delivery.pickup_address }));
      else failed(error);
    } finally {
      setAsking(null);
    }
  };
  if (open.length === 0 && problem === "") return null;
  const asked = open.length > 1 ? open.find((offer) => offer.id === asking) : undefined;
  // Where nothing is under way, the question is what the page is about.
  const Title = state.jobs.length === 0 ? "h1" : "h2";
  return (
    <section aria-labelledby="offers">
      {open.length > 0 && <Title id="offers">{say("offer.title", { count: open.length })}</Title>}
      <p class="quiet" role="status">{asked !== undefined && say("waiting.one_at_a_time", { title: asked.delivery.pickup_address })}</p>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      <ul class="list">
        {open.map((offer) => <OfferCard key={offer.id} {...given} offer={offer} now={now} busy={asking !== null} answer={answer} />)}
      </ul>
    </section>
  );
}

interface CardGiven extends Given {
  offer: Offer;
  now: number;
  busy: boolean;
  answer: (offer: Offer, reason: DeclineReason | null) => Promise<void>;
}

function OfferCard({ offer, now, busy, answer, sound, state, say, language }: CardGiven) {
  const [declining, setDeclining] = useState(false);
  const decline = (): void => {
    sound.noticed(offer.id); // whoever looks for a reason has heard it
    setDeclining(true);
  };
  const { delivery } = offer;
  const left = secondsLeft(offer, now);
  const facts = [
    offer.distance_km === null ? "" : say("way.to_pickup", { distance: distance(offer.distance_km * 1000, language) }),
    delivery.trip_km === null ? "" : say("way.to_door", { distance: distance(delivery.trip_km * 1000, language) }),
    say("parcel.weight", { weight: delivery.package_weight }),
    delivery.fragile ? say("parcel.fragile") : "",
    ...dueWords(delivery, { now, language, say }),
    payWords(delivery.delivery_fee, state.duty, language, say),
  ];
  const pressing = pressingWords(delivery, { now, language, say });
  return (
    <li class="card offer asked" data-offer={offer.id}>
      <p><strong>{delivery.pickup_address}</strong></p>
      <p>{say("stop.then", { address: delivery.delivery_address })}</p>
      {pressing !== "" && <p><strong class="pressing">{pressing}</strong></p>}
      <p class="quiet">{inARow(facts)}</p>
      <p class="number" role="timer">{say("offer.left", { seconds: left })}</p>
      <progress max={1} value={shareLeft(offer, now)} aria-hidden="true" />
      {declining ? (
        <div class="ways" role="group" aria-label={say("offer.why")}>
          {DECLINE_REASONS.map((reason) => (
            <button key={reason} type="button" class="button" disabled={busy} onClick={() => void answer(offer, reason)}>{say(`decline.${reason}`)}</button>
          ))}
          <button type="button" class="link" onClick={() => setDeclining(false)}>{say("back")}</button>
        </div>
      ) : (
        <>
          <button type="button" class="button first large" disabled={busy} onClick={() => void answer(offer, null)}><Icon of={Check} />{say("offer.accept")}</button>
          <button type="button" class="button" disabled={busy} onClick={decline}><Icon of={X} />{say("offer.decline")}</button>
        </>
      )}
    </li>
  );
}
