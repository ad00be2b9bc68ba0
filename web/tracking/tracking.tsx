import { Phone } from "lucide";
import { useEffect, useMemo, useState } from "preact/hooks";
import { mount } from "../shared/mount.tsx"; // first: what its style sheet says, the page's own may change
import "./tracking.css";
import { elsewhere } from "../shared/address.ts";
import { Client } from "../shared/client.ts";
import { Frame } from "../shared/frame.tsx";
import { Icon } from "../shared/icon.tsx";
import type { Language } from "../shared/numbers.ts";
import { browserStore } from "../shared/stores.ts";
import { clock, date } from "../shared/times.ts";
import { wayBack } from "../shared/way_back.ts";
import { isKey } from "../shared/words.ts";
import { POLL_MS } from "../shared/following.ts";
import { Answer, answerOf } from "./answer.tsx";
import { DoorNote } from "./door_note.tsx";
import { FollowedParcel, type Seen, followedBy } from "./following_parcel.ts";
import { findGoods } from "./goods.ts";
import { MapPanel } from "./map_panel.tsx";
import { Objecting } from "./objecting.tsx";
import { type Parcel, over, putAway } from "./parcel.ts";
import { CodeCard, ProofCard } from "./proof_card.tsx";
import { Rating } from "./rating.tsx";
import { Attempts } from "./reschedule.tsx";
import { type Say, words } from "./speech.ts";
import { story } from "./story.ts";
import { Share } from "./share.tsx";
import { typedIn } from "./typed_number.ts";
import { readUnlock, writeUnlock } from "./kept_unlock.ts";
import { Unlock } from "./unlock.tsx";

const TICK_MS = 1_000;

function Tracking({ parcel, named, language, say }: { parcel: Parcel; named: string; language: Language; say: Say }) {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [unlock, setUnlock] = useState(() => readUnlock(() => sessionStorage, named));
  const followed = useMemo(() => new FollowedParcel(parcel, named, setSeen, unlock), [parcel, named, unlock]);
  const [now, setNow] = useState(followed.clock.now());
  useEffect(() => {
    followed.start();
    const tick = setInterval(() => setNow(followed.clock.now()), TICK_MS);
    return () => {
      clearInterval(tick);
      followed.stop();
    };
  }, [followed]);

  const shared = parcel.tracking_number === ""; // by a link, which does not tell the number
  const shop = useMemo(() => new Client(browserStore("shop")), []);
  const buyer = followed.client.signedIn ? followed.client : shop; // who has signed in on this page, before who is in the shop
  const [goods, setGoods] = useState("");
  const bought = !shared && goods !== ""; // what is its buyer's alone is asked for by nobody else: it would be answered 404
  const askGoods = async (client: Client): Promise<boolean> => {
    const found = await findGoods(client, parcel.tracking_number);
    if (found !== "") {
      setGoods(found); // an older question that is answered last takes nothing back
      followed.askAs(client);
    }
    return found !== "";
  };
  const onSignedIn = (): Promise<boolean> => askGoods(followed.client);
  useEffect(() => {
    if (!shared) void askGoods(buyer);
  }, [parcel.tracking_number]);

  const back = useMemo(() => wayBack(() => sessionStorage, (page) => browserStore(page).read() !== null), []);
  useEffect(() => {
    if (back !== null) followed.askAs(new Client(browserStore(back.page)));
  }, [followed]);
  const shown = seen ?? followed.seen;
  const age_s = shown.fix === null ? null : Math.max(0, (Math.max(now, shown.fix.recorded_at) - shown.fix.recorded_at) / 1000);
  const answer = answerOf(shown, now, language, say);
  useEffect(() => {
    document.title = `${answer} · ${say("tracking.title")}`;
  }, [answer, say]);
  return (
    <Frame language={language} say={say} state={<LiveState seen={shown} now={now} language={language} say={say} />}>
      <main class={over(shown.parcel.status) ? "track ended" : "track"} id="content">
        <p class="unseen" role="status">{answer}</p>
        {back !== null && <p class="back"><a href={elsewhere(back.href)}>{say(back.words)}</a></p>}
        <Answer seen={shown} goods={goods} now={now} age_s={age_s} language={language} say={say} />
        {!over(shown.parcel.status) && <MapPanel seen={shown} age_s={age_s} say={say} />}
        <div class="story">
          {!over(shown.parcel.status) && bought && <CodeCard parcel={shown.parcel} client={buyer} say={say} />}
          {!over(shown.parcel.status) && bought && <DoorNote number={parcel.tracking_number} client={buyer} say={say} />}
          {shown.parcel.status === "delivered" && bought && <ProofCard parcel={shown.parcel} client={buyer} language={language} say={say} />}
          {shown.parcel.status === "delivered" && !shared && <Rating number={parcel.tracking_number} client={bought ? buyer : followed.client} bought={bought} onSignedIn={onSignedIn} say={say} />}
          {!shared && <Objecting parcel={shown.parcel} client={bought ? buyer : followed.client} signed={bought} unlock={unlock} now={now} language={language} say={say} onDone={() => void followed.renew()} />}
          <Attempts parcel={shown.parcel} client={bought ? buyer : followed.client} now={now} language={language} say={say} bought={bought} onSignedIn={onSignedIn} onDone={() => void followed.renew()} />
          <Courier parcel={shown.parcel} say={say} />
          {bought && !over(shown.parcel.status) && <Share number={parcel.tracking_number} client={buyer} language={language} say={say} />}
          <Ends parcel={shown.parcel} say={say} />
          {shown.parcel.code_shows.length > 0 && (
            <Unlock
              number={named}
              ended={over(shown.parcel.status)}
              client={followed.client}
              say={say}
              onUnlock={(given) => {
                writeUnlock(() => sessionStorage, named, given);
                setUnlock(given);
              }}
            />
          )}
          {!putAway(shown.parcel) && <History seen={shown} now={now} language={language} say={say} />}
          <p class="quiet small">
            {!shared && <>{say("tracking.number")} <span class="number">{parcel.tracking_number}</span> · </>}
            {date(now, language)}
          </p>
        </div>
      </main>
    </Frame>
  );
}

function LiveState({ seen, now, language, say }: { seen: Seen; now: number; language: Language; say: Say }) {
  const { liveness, lostAt } = seen;
  const text = {
    live: () => say("live.live"),
    connecting: () => say("live.connecting"),
    over: () => say("live.over"),
    polling: () => say("live.polling", { count: POLL_MS / 1000 }),
    offline: () => say("live.offline", { at: clock(lostAt ?? now, now, language) }),
  }[liveness]();
  return <span class={`chip ${liveness}`} data-liveness={liveness}>{text}</span>;
}

function Courier({ parcel, say }: { parcel: Parcel; say: Say }) {
  const courier = parcel.transporter;
  if (courier === null) return null;
  const vehicle = `vehicle.${courier.vehicle_type}`;
  const about = [courier.business_name, isKey(vehicle) ? say(vehicle) : courier.vehicle_type, courier.vehicle_number];
  return (
    <section class="card person">
      <div>
        <h2>{say("courier")}</h2>
        <p>{courier.name}</p>
        <p class="quiet">{about.filter(Boolean).join(" · ")}</p>
      </div>
      {courier.phone !== null && (
        <a class="button" href={`tel:${courier.phone}`}>
          <Icon of={Phone} />
          {say("courier.call", { name: courier.name.split(" ")[0] ?? courier.name })}
        </a>
      )}
    </section>
  );
}

/** From where to where, unless neither is shown: before anybody has it, and after the end. */
function Ends({ parcel: { pickup_address, delivery_address }, say }: { parcel: Parcel; say: Say }) {
  if (pickup_address === null && delivery_address === null) return null;
  return (
    <section class="card">
      <dl class="ends">
        <dt>{say("from")}</dt>
        <dd>{pickup_address ?? say("address.hidden")}</dd>
        <dt>{say("to")}</dt>
        <dd>{delivery_address ?? say("address.hidden")}</dd>
      </dl>
    </section>
  );
}

function History({ seen, now, language, say }: { seen: Seen; now: number; language: Language; say: Say }) {
  const all = story(seen, now, language, say);
  return (
    <section class="card">
      <h2>{say("history")}</h2>
      {all.length === 0 && <p class="quiet">{say("history.empty")}</p>}
      <ol class="history">
        {all.map((one) => (
          <li key={`${one.at} ${one.text}`}>
            <time dateTime={new Date(one.at).toISOString()}>{one.when}</time>
            <span>{one.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Unknown({ ended, language, say }: { ended: boolean; language: Language; say: Say }) {
  return (
    <Frame language={language} say={say}>
      <main class="track" id="content">
        <div class="answers">
          <h1 class="answer">{say(ended ? "tracking.ended" : "tracking.unknown")}</h1>
          <p>{say(ended ? "tracking.ended.help" : "tracking.unknown.help")}</p>
          {ended ? <p><a href="/">{say("tracking.follow_another")}</a></p> : <Correct typed={typedIn(location.pathname)} language={language} say={say} />}
        </div>
      </main>
    </Frame>
  );
}

/** The number that was typed, to be corrected and sent again; the server writes the same form for whoever has no JavaScript. */
function Correct({ typed, language, say }: { typed: string; language: Language; say: Say }) {
  return (
    <form class="follow" method="get" action="/follow">
      <label for="number">{say("tracking.number")}</label>
      <div class="line">
        <input id="number" name="number" defaultValue={typed} maxLength={120} autocomplete="off" autocapitalize="characters" spellcheck={false} />
        <button class="button first">{say("tracking.look")}</button>
      </div>
      <input type="hidden" name="lang" value={language} />
    </form>
  );
}

const state = document.getElementById("state");
if (state !== null) {
  const written = JSON.parse(state.textContent ?? "null") as Parcel | { ended: true } | null;
  mount(words, ({ language, say }) =>
    written === null || "ended" in written ? (
      <Unknown ended={written !== null} language={language} say={say} />
    ) : (
      <Tracking parcel={written} named={followedBy(location.pathname, written)} language={language} say={say} />
    ),
  );
}
