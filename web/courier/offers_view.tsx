// What the courier was asked before, and how often it said yes.
import type { components } from "../shared/api.ts";
import type { Client } from "../shared/client.ts";
import { Link } from "../shared/link.tsx";
import { Loaded, useLoading } from "../shared/loading.tsx";
import { Mark, type MarkKind } from "../shared/mark.tsx";
import { inARow } from "../shared/in_a_row.ts";
import { distance } from "../shared/numbers.ts";
import { clock } from "../shared/times.ts";
import type { Given } from "./given.ts";
import type { Duty } from "./work_state.ts";
import type { Outages } from "./outages.ts";
import { payWords } from "./pay.ts";
import { pathOf } from "./views.ts";

type Ended = components["schemas"]["EndedOffer"];
type EndedPage = components["schemas"]["PageOfEndedOffer"];
type Acceptance = components["schemas"]["AcceptanceAnswer"];

const MARKS: Readonly<Partial<Record<Ended["status"], MarkKind>>> = { accepted: "done", declined: "wait", expired: "late" };
const SHOWN = 50;
const RENEWED_MS = 60_000;

export function OffersView({ state, say, language, client, outages }: Given & { client: Client; outages: Outages }) {
  const ended = useLoading(
    async () => {
      const [history, { acceptance }] = await Promise.all([
        client.call<EndedPage>(`/api/offers/history/?page_size=${SHOWN}`),
        client.call<components["schemas"]["OpenOffers"]>("/api/offers/"),
      ]);
      return { history, acceptance };
    },
    [state.offers.length],
    RENEWED_MS,
  );
  return (
    <section class="asked-before">
      <h1 tabIndex={-1}>{say("asked.title")}</h1>
      <Loaded of={ended} language={language} say={say} lines={5}>
        {({ history, acceptance }) => (
          <>
            <Rate of={acceptance} say={say} />
            {history.results.length === 0 && <p class="quiet card">{say("asked.none")}</p>}
            <ol class="list">
              {history.results.map((offer) => <EndedOffer key={offer.id} offer={offer} unheard={cameNowhere(offer, outages)} duty={state.duty} say={say} language={language} />)}
            </ol>
            {history.next !== null && <p class="quiet small">{say("asked.more", { count: history.count - history.results.length })}</p>}
          </>
        )}
      </Loaded>
      <p><Link class="button" href={pathOf({ name: "work" })}>{say("back")}</Link></p>
    </section>
  );
}

function Rate({ of, say }: { of: Acceptance; say: Given["say"] }) {
  return (
    <div class="card">
      {of.rate === null ? <p>{say("rate.none")}</p> : <p class="answer number">{say("rate.percent", { percent: Math.round(of.rate * 100) })}</p>}
      <p class="quiet">{of.rate === null ? say("rate.help") : `${say("rate.of", { accepted: of.accepted, offered: of.offered })} ${say("rate.help")}`}</p>
    </div>
  );
}

/** Whether it ran out while nothing came to this phone: then nobody left it without an answer. */
function cameNowhere({ status, opens_at, ended_at }: Ended, outages: Outages): boolean {
  return status === "expired" && ended_at !== null && outages.covers(Date.parse(opens_at), Date.parse(ended_at));
}

function EndedOffer({ offer, unheard, duty, say, language }: { offer: Ended; unheard: boolean; duty: Duty | null } & Pick<Given, "say" | "language">) {
  const at = Date.parse(offer.ended_at ?? offer.opens_at);
  const facts = [offer.distance_km === null ? "" : say("way.to_pickup", { distance: distance(offer.distance_km * 1000, language) }), payWords(offer.delivery_fee, duty, language, say)];
  return (
    <li class="card">
      <p><strong>{offer.pickup_address}</strong></p>
      <p class="quiet small"><time dateTime={offer.ended_at ?? offer.opens_at}>{clock(at, Date.now(), language)}</time>{"\u00a0· "}{inARow(facts)}</p>
      <p>
        <Mark as={unheard ? "stale" : (MARKS[offer.status] ?? "stale")}>{unheard ? say("asked.no_connection") : howItEnded(offer, say)}</Mark>
        {!offer.single && <span class="quiet small"> · {say("asked.not_single")}</span>}
      </p>
    </li>
  );
}

function howItEnded(offer: Ended, say: Given["say"]): string {
  if (offer.status === "declined" && offer.decline_reason !== null) return `${say("asked.declined")}: ${say(`decline.${offer.decline_reason}`)}`;
  if (offer.status === "accepted" || offer.status === "declined" || offer.status === "expired") return say(`asked.${offer.status}`);
  return say(offer.end_reason === null ? "asked.withdrawn" : `asked.end.${offer.end_reason}`);
}
