import { ArrowRightLeft, CircleX, Flag, Phone, Pin, RotateCcw } from "lucide";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { elsewhere } from "../../shared/address.ts";
import { Icon } from "../../shared/icon.tsx";
import { problemOf } from "../../shared/problems.ts";
import { clock, duration } from "../../shared/times.ts";
import { queryOf } from "../address.ts";
import { stopsWords } from "../arrivals.ts";
import type { Details } from "../calls.ts";
import { CandidatesSkeleton } from "../candidates_skeleton.tsx";
import { shortPlace } from "../desk.ts";
import { lateness, measureOf } from "../exceptions.ts";
import { type Delivery, aboard, onHold, underWay } from "../frames.ts";
import { AddressPanel, AttemptsPanel, CandidateList, CodePanel, DecisionPanel, EndingPanel, HistoryList, HoldPanel, OfferPanel, RefusedPanel } from "../late_parts.tsx";
import { holdWords, triedWords, waitWords } from "../row_words.ts";
import { dueOf, triedOf } from "../tries.ts";
import { CauseLine } from "./cause_line.tsx";
import { useLateDesk } from "./words.ts";

/** One delivery whole, and what can be done with it. */
export function DeliveryPanel({ delivery }: { delivery: Delivery }) {
  return <Whole key={delivery.id} delivery={delivery} />;
}

function Whole({ delivery }: { delivery: Delivery }) {
  const { say, calls, searches, now } = useLateDesk();
  const [details, setDetails] = useState<Details | null>(null);
  const [problem, setProblem] = useState("");
  const [asked_at, setAskedAt] = useState(0);
  const turn = `${asked_at} ${turnOf(delivery)}`;
  useEffect(() => {
    let left = false;
    calls.details(delivery.id).then(
      (found) => !left && (setDetails(found), setProblem("")),
      (error: unknown) => !left && setProblem(problemOf(error, say)),
    );
    return () => {
      left = true;
    };
  }, [turn]);
  const held = onHold(delivery, now);
  const waits = delivery.status === "available";
  const sheet = useTopOnceOtherwise(waits && !held);
  // What it was opened for comes first: who could carry it, until somebody is asked. What is seldom done stands below.
  const asks = searches.get(delivery.id)?.status === "searching";
  const asked = !held && <OfferPanel key={`offers-${delivery.id}`} delivery={delivery} />;
  const could = waits && !held && <CandidateList key={delivery.id} delivery={delivery} meanwhile={<CandidatesSkeleton />} />;
  return (
    <div class="scroll sheet" ref={sheet}>
      <header>
        <p class="number small"><a href={elsewhere(`/t/${delivery.tracking_number}`)} target="_blank" rel="noreferrer" title={say("detail.open")}>{delivery.tracking_number}</a></p>
        <h2 class="title">{shortPlace(delivery.pickup_address)} → {shortPlace(delivery.delivery_address)}</h2>
        <State delivery={delivery} />
        <CauseLine key={`cause-${delivery.id}`} delivery={delivery} details={details} turn={turn} />
      </header>
      {delivery.attempt !== null && <AttemptsPanel key={`attempts-${delivery.id}`} delivery={delivery} details={details} onChanged={() => setAskedAt(asked_at + 1)} />}
      {held && <HoldPanel key={`hold-${delivery.id}`} delivery={delivery} details={details} />}
      {waits && (asks ? [asked, could] : [could, asked])}
      <Acts delivery={delivery} />
      {waits && !held && <HoldPanel key={`hold-${delivery.id}`} delivery={delivery} details={details} />}
      {!waits && asked}
      <AddressPanel key={`address-${delivery.id}`} delivery={delivery} details={details} onChanged={() => setAskedAt(asked_at + 1)} />
      <EndingPanel key={`ending-${delivery.id}`} delivery={delivery} left={details?.attempts_left ?? null} />
      <DecisionPanel key={`decision-${delivery.id}`} delivery={delivery} turn={turn} />
      <Facts delivery={delivery} details={details} />
      {problem !== "" && <p class="problem small">{problem}</p>}
      {details !== null && details.proof.code !== null && <CodePanel key={`code-${details.id}-${details.status}`} details={details} />}
      <RefusedPanel key={`refused-${delivery.id}`} id={delivery.id} turn={turn} />
      {details !== null && <HistoryList key={`history-${delivery.id}`} details={details} turn={turn} />}
    </div>
  );
}

/** Where it is given, or waits again, the panel is another one and is read from its top. */
function useTopOnceOtherwise(wanted: boolean) {
  const sheet = useRef<HTMLDivElement>(null);
  const before = useRef(wanted);
  useLayoutEffect(() => {
    const { current } = sheet;
    if (current === null || before.current === wanted) return;
    before.current = wanted;
    current.scrollTop = 0;
    if (current.getBoundingClientRect().top < 0) current.scrollIntoView({ block: "start" }); // on a narrow screen the page scrolls
  }, [wanted]);
  return sheet;
}

/** What changes it. */
function Acts({ delivery }: { delivery: Delivery }) {
  const { say, actions, open } = useLateDesk();
  const pending = actions.pending.get(delivery.id);
  return (
    <p class="actions">
      {delivery.status === "assigned" && (
        <button type="button" class="button" disabled={pending !== undefined} onClick={() => open("take_back")}><Icon of={RotateCcw} />{say(pending ?? "take_back")}</button>
      )}
      {underWay(delivery) && (
        <button type="button" class="button" disabled={pending !== undefined} onClick={() => open("reassign")}><Icon of={ArrowRightLeft} />{say(aboard(delivery) ? "transfer" : "reassign")}</button>
      )}
      <button type="button" class="button" disabled={pending !== undefined} onClick={() => open("priority")}><Icon of={Flag} />{say("priority")}</button>
      {!aboard(delivery) && (
        <button type="button" class="button" disabled={pending !== undefined} onClick={() => open("cancel")}><Icon of={CircleX} />{say("cancel.open")}</button>
      )}
    </p>
  );
}

/** Another where a frame says something else of it; when it is expected moves all the time and changes nothing that happened. */
function turnOf(delivery: Delivery): string {
  return JSON.stringify({ ...delivery, expected_at: null, stops_before: null });
}

function State({ delivery }: { delivery: Delivery }) {
  const { say, now, language } = useLateDesk();
  const late = lateness(delivery, now);
  const due = dueOf(delivery);
  const waits = delivery.status === "available";
  const held = holdWords(delivery, now, say, language);
  if (held !== null) return <p class="quiet">{held}</p>;
  const parts = [
    late > 0 ? say(`row.${measureOf(delivery, now)}`, { age: duration(late / 1000, say) }) : "",
    waits ? waitWords(delivery, now, say, language) : (triedWords(delivery, say) ?? say(`status.${delivery.status}`)),
    due !== null ? say("row.due", { at: clock(due, now, language) }) : delivery.expected_at === null ? say("row.no_due") : say("row.expected.free", { at: clock(delivery.expected_at, now, language) }),
  ];
  return <p class={late > 0 ? "problem" : "quiet"}>{parts.filter((part) => part !== "").join(" · ")}</p>;
}

function Facts({ delivery, details }: { delivery: Delivery; details: Details | null }) {
  const { say, now, language, board, view, go } = useLateDesk();
  const stops = stopsWords(delivery.stops_before);
  const name = board.nameOf(delivery.transporter_id);
  const courier = delivery.transporter_id;
  const phone = courier === null ? undefined : board.profiles.get(courier)?.phone;
  return (
    <dl class="facts">
      {courier !== null && (
        <div>
          <dt>{say("detail.courier")}</dt>
          <dd>
            <a
              href={queryOf({ ...view, courier, delivery: null }, location.search)}
              onClick={(event) => {
                event.preventDefault();
                go({ courier, delivery: null });
              }}
            >
              {name ?? `#${courier}`}
            </a>
            {phone !== undefined && <Call phone={phone} words={say("courier.call", { name: name ?? "" })} />}
            {delivery.pinned && <p class="small quiet pinned"><Icon of={Pin} />{say("detail.pinned")}</p>}
          </dd>
        </div>
      )}
      {delivery.expected_at !== null && triedOf(delivery, now) === null && (
        <div><dt>{say("detail.expected")}</dt><dd class="number">{clock(delivery.expected_at, now, language)}{stops !== null && ` · ${say(stops.key, { count: stops.count })}`}</dd></div>
      )}
      <div>
        <dt>{say("from")}</dt>
        <dd>{delivery.pickup_address}{details?.pickup_contact_phone != null && <Call phone={details.pickup_contact_phone} words={say("detail.call_pickup")} />}</dd>
      </div>
      <div>
        <dt>{say("to")}</dt>
        <dd>{delivery.delivery_address}{details?.delivery_contact_phone != null && <Call phone={details.delivery_contact_phone} words={say("detail.call_dropoff")} />}</dd>
      </div>
      <div>
        <dt>{say("detail.parcel")}</dt>
        <dd>
          {say("detail.weight", { weight: delivery.weight })} · {say(`priority.${delivery.priority}`)}
          {details?.package_details.fragile === true && ` · ${say("parcel.fragile")}`}
        </dd>
      </div>
    </dl>
  );
}

export function Call({ phone, words }: { phone: string; words: string }) {
  return (
    <a class="call" href={`tel:${phone}`} title={words} aria-label={words}>
      <Icon of={Phone} />
    </a>
  );
}
