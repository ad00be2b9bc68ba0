// Who is asked for a delivery, and what they said.
import { Megaphone, X } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { distance } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import type { AskedOffer, NewSearch, SearchAnswer, Searches } from "./calls.ts";
import { useLateDesk } from "./late/words.ts";
import type { Delivery } from "./frames.ts";

const MODES: readonly SearchAnswer["mode"][] = ["one", "waves", "all", "direct"];
/** What the API takes. */
const LEAST_S = 15;
const MOST_S = 120;
const FIRST = 5;

/** The newest search of a delivery with its offers; of one that waits also how to begin and to end one. */
export function OfferPanel({ delivery }: { delivery: Delivery }) {
  const { say, calls, searches, connected } = useLateDesk();
  const [found, setFound] = useState<Searches | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const heard = JSON.stringify(searches.get(delivery.id) ?? null);
  const turn = useRef(0);
  /** What was asked for last counts, whatever is answered last. */
  const take = async (asked: Promise<Searches>, is_act = false): Promise<void> => {
    const mine = ++turn.current;
    try {
      const answer = await asked;
      if (mine === turn.current) setFound(answer);
    } catch (error) {
      if (is_act || mine === turn.current) setProblem(problemOf(error, say));
    }
  };
  useEffect(() => {
    void take(calls.searches(delivery.id));
    return () => void turn.current++;
  }, [delivery.id, delivery.status, heard]);
  const newest = found?.searches[0];
  const waits = delivery.status === "available";
  if (!waits && newest === undefined) return null;
  const act = async (asked: Promise<Searches>): Promise<void> => {
    setBusy(true);
    setProblem("");
    await take(asked, true);
    setBusy(false);
  };
  const runs = newest?.status === "searching";
  return (
    <section aria-labelledby="offers" class="offers">
      <h3 id="offers" class="small quiet">{say("offers")}</h3>
      {newest !== undefined && <p class={newest.status === "exhausted" ? "problem" : "quiet"}>{say(`search.${newest.status}`)} · {say(`mode.${newest.mode}`)}</p>}
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {runs && <Rounds search={newest} />}
      {newest !== undefined && newest.offers.length > 0 && <Asked key={newest.id} offers={newest.offers} />}
      {waits && !runs && <AskForm busy={busy || found === null || !connected} before={newest} onAsk={(how) => void act(calls.ask(delivery.id, how))} />}
      {runs && (
        <button type="button" class="button" disabled={busy} onClick={() => void act(calls.stopAsking(delivery.id))}>
          <Icon of={X} />{say("offers.withdraw")}
        </button>
      )}
    </section>
  );
}

/** How couriers are asked; what is not chosen is as the settings say. */
function AskForm({ busy, before, onAsk }: { busy: boolean; before: SearchAnswer | undefined; onAsk: (how: Partial<NewSearch>) => void }) {
  const { say } = useLateDesk();
  const [mode, setMode] = useState<SearchAnswer["mode"] | "">("");
  const [deadline, setDeadline] = useState("");
  const [again, setAgain] = useState(false);
  const seconds = Number(deadline);
  const wrong = deadline !== "" && !(Number.isInteger(seconds) && seconds >= LEAST_S && seconds <= MOST_S);
  const how: Partial<NewSearch> = { ...(mode !== "" && { mode }), ...(deadline !== "" && { deadline_s: seconds }), ...(again && { ask_again: true }) };
  return (
    <form
      class="ask"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) onAsk(how);
      }}
    >
      <label class="small">
        {say("offers.mode")}
        <select value={mode} onChange={(event) => setMode(event.currentTarget.value as SearchAnswer["mode"] | "")}>
          <option value="">{say("offers.usual")}</option>
          {MODES.map((one) => <option key={one} value={one}>{say(`mode.${one}`)}</option>)}
        </select>
      </label>
      {mode !== "direct" && (
        <label class="small">
          {say("offers.deadline", { least: LEAST_S, most: MOST_S })}
          <input inputMode="numeric" maxLength={3} value={deadline} placeholder={say("offers.usual")} aria-invalid={wrong} onInput={(event) => setDeadline(event.currentTarget.value.trim())} />
        </label>
      )}
      {before !== undefined && mode !== "direct" && (
        <label class="choice small"><input type="checkbox" checked={again} onChange={(event) => setAgain(event.currentTarget.checked)} />{say("offers.again")}</label>
      )}
      <button class="button" disabled={busy || wrong}><Icon of={Megaphone} />{say(mode === "direct" ? "offers.direct" : "offers.begin")}</button>
    </form>
  );
}

/** Which wave it is, how many were asked, and when the next is or nobody is left. */
function Rounds({ search }: { search: SearchAnswer }) {
  const { say, now } = useLateDesk();
  const ends = search.offers.filter((one) => one.status === "open" || one.status === "queued").map((one) => Date.parse(one.deadline));
  const left = ends.length === 0 ? 0 : Math.max(0, Math.ceil((Math.max(...ends) - now) / 1000));
  return <p class="small quiet number">{say("offers.rounds", { wave: search.wave, count: search.offers.length, seconds: left })}</p>;
}

/** Who was asked; of many at once the first, so that who could carry it is not pushed out of sight. */
function Asked({ offers }: { offers: readonly AskedOffer[] }) {
  const { say } = useLateDesk();
  const [all, setAll] = useState(false);
  const rows = all ? offers : offers.slice(0, FIRST);
  return (
    <>
      <ul>{rows.map((one) => <OfferRow key={one.id} one={one} />)}</ul>
      {offers.length > rows.length && (
        <button type="button" class="link small" onClick={() => setAll(true)}>{say("console.show_all", { count: offers.length - rows.length })}</button>
      )}
    </>
  );
}

function OfferRow({ one }: { one: AskedOffer }) {
  const { say, digits, language, now } = useLateDesk();
  const left = Math.max(0, Math.ceil((Date.parse(one.deadline) - now) / 1000));
  const reveal = Math.ceil((Date.parse(one.opens_at) - now) / 1000);
  const { rate, accepted, offered } = one.acceptance;
  const hidden = one.status === "queued" && reveal > 0;
  const over = one.status === "open" || one.status === "queued" ? null : say(`offer.${one.status}`);
  const state = over ?? (hidden ? say("offer.opens", { seconds: reveal }) : say("offer.left", { seconds: left }));
  const facts = [
    state,
    one.decline_reason === null ? "" : say(`decline.${one.decline_reason}`),
    one.end_reason === null ? "" : say(`end.${one.end_reason}`),
    say("candidates.score", { score: one.score }),
    one.distance_km === null ? "" : say("candidates.distance", { distance: distance(one.distance_km * 1000, language) }),
    rate === null ? say("offer.no_rate") : say("offer.rate", { percent: digits(Math.round(rate * 100)), accepted, offered }),
  ].filter((fact) => fact !== "");
  return (
    <li data-offer={one.id} data-status={one.status} class={over === null ? "open" : "ended"}>
      <strong>{one.transporter_name}</strong> <span class="small quiet number">{facts.join(" · ")}</span>
      {one.status === "open" && <progress class="left" aria-hidden="true" max={Math.max(1, Date.parse(one.deadline) - Date.parse(one.opens_at))} value={Math.max(0, Date.parse(one.deadline) - now)} />}
    </li>
  );
}
