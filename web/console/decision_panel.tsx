// Why a delivery went to whom it went, as it was decided, and why not to somebody else.
import { Download } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Refused } from "../shared/client.ts";
import { Icon } from "../shared/icon.tsx";
import { distance } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { reasonWords } from "../shared/reason_words.ts";
import { clock } from "../shared/times.ts";
import "./decision_panel.css";
import type { Considered, Decision, WhyNot } from "./calls.ts";
import { CourierPicker } from "./courier_picker.tsx";
import { useLateDesk } from "./late/words.ts";
import type { Delivery } from "./frames.ts";
import { PlanQuality } from "./plan_summary.tsx";
import { ScoreBar, ScoreBars } from "./score_bars.tsx";

const FIRST = 5;

/** Of what waits the candidates say why; here stands what was decided about it before. */
export function DecisionPanel({ delivery, turn }: { delivery: Delivery; turn: string }) {
  const { say, why, setWhy } = useLateDesk();
  const waits = delivery.status === "available";
  const [before, setBefore] = useState(false);
  const open = waits ? before : why;
  return (
    <section aria-labelledby="decision" class="decision">
      <h3 id="decision" class="small quiet">
        <button type="button" class="link" aria-expanded={open} onClick={() => (waits ? setBefore(!before) : setWhy(!why))}>{say(waits ? "decision.before" : "decision.why")}</button>
      </h3>
      {open && <Explained key={delivery.id} delivery={delivery.id} turn={turn} />}
    </section>
  );
}

/** What is shown stays until the newer answer is there, where the delivery has changed. */
function Explained({ delivery, turn }: { delivery: number; turn: string }) {
  const { say, calls } = useLateDesk();
  const [found, setFound] = useState<Decision | null>(null);
  const [asked, setAsked] = useState<WhyNot | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [at, setAt] = useState<string | null>(null);
  const [courier, setCourier] = useState<number | null>(null);
  useEffect(() => {
    let left = false;
    calls.decision(delivery, at, courier).then(
      (answer) => {
        if (left) return;
        setFound(answer);
        setAsked(answer.asked);
        setError(null);
      },
      (failed: unknown) => !left && setError(failed),
    );
    return () => {
      left = true;
    };
  }, [delivery, at, courier, turn]);
  const none = error instanceof Refused && error.code === "no_decision";
  return (
    <>
      {none && <p class="quiet">{say("decision.none")}</p>}
      {error !== null && !none && <p class="problem" role="alert">{problemOf(error, say)}</p>}
      {found === null && error === null && <p class="quiet" role="status">{say("loading")}</p>}
      {found !== null && !none && (
        <>
          <Outcome found={found} />
          <Ranked found={found} />
          <CourierPicker label={say("decision.ask")} chosen={courier} onChoose={setCourier} />
          {courier !== null && asked?.transporter_id === courier && <NotThis asked={asked} />}
          <Others found={found} onAt={setAt} delivery={delivery} onProblem={setError} />
        </>
      )}
    </>
  );
}

function Outcome({ found }: { found: Decision }) {
  const { say, now, language } = useLateDesk();
  const chosen = found.candidates.find((one) => one.transporter_id === found.transporter_id);
  const at = clock(Date.parse(found.made_at), now, language);
  return (
    <div role="status">
      <p>
        <strong>{found.transporter_name ?? say("decision.nobody")}</strong>{" "}
        <span class="quiet">{say(`decision.kind.${found.kind}`, { count: found.deliveries })} · {at}</span>
      </p>
      {found.reason !== null && <p class="problem">{reasonWords(found.reason, language)}</p>}
      {chosen?.scores != null && <ScoreBars scores={chosen.scores} />}
      {chosen !== undefined && chosen.scores === null && <p class="small quiet">{say(`verdict.${chosen.verdict}`)}</p>}
      {found.total !== null && found.upper_bound !== null && found.deliveries > 1 && (
        <PlanQuality total={found.total} bound={found.upper_bound} proved={found.certified_optimal === true} />
      )}
    </div>
  );
}

/** Who could have had it, best first, and how many could not. */
function Ranked({ found }: { found: Decision }) {
  const { say } = useLateDesk();
  const [all, setAll] = useState(false);
  const excluded = Object.entries(found.excluded_counts) as [Considered["verdict"], number][];
  const rows = all ? found.candidates : found.candidates.slice(0, FIRST);
  return (
    <>
      <p class="small quiet">{say("decision.could", { count: found.candidates_count, online: found.online })}</p>
      <ol class="ranked">{rows.map((one) => <RankedRow key={one.transporter_id} one={one} />)}</ol>
      {found.candidates.length > rows.length && (
        <button type="button" class="link small" onClick={() => setAll(true)}>{say("console.show_all", { count: found.candidates.length - rows.length })}</button>
      )}
      {excluded.length > 0 && <p class="small quiet">{excluded.map(([verdict, count]) => say("decision.excluded", { count, why: say(`verdict.${verdict}`) })).join(" · ")}</p>}
    </>
  );
}

function RankedRow({ one }: { one: Considered }) {
  const { say, digits } = useLateDesk();
  const total = one.scores?.total;
  return (
    <li class="small aside">
      <span>
        <strong>{one.name}</strong>{" "}
        <span class="quiet">{say(`verdict.${one.verdict}`)}{one.behind !== null && one.behind > 0 && ` · ${say("decision.behind", { points: one.behind.toFixed(1) })}`}</span>
      </span>
      {total !== undefined && <span class="number"><ScoreBar score={total} /> {digits(Math.round(total))}</span>}
    </li>
  );
}

/** One courier at length: what stood against it, or how much was missing and what alone would have been enough. */
function NotThis({ asked }: { asked: WhyNot }) {
  const { say, language } = useLateDesk();
  const facts = [
    asked.distance_km === null ? "" : say("candidates.distance", { distance: distance(asked.distance_km * 1000, language) }),
    asked.free_capacity === null ? "" : say("why.too_heavy.words", { free: asked.free_capacity }),
    asked.active === null || asked.max_active === null ? "" : say("why.no_slot.words", { count: asked.active, most: asked.max_active }),
  ].filter((fact) => fact !== "");
  return (
    <div class="asked" role="status">
      <p><strong>{asked.name}</strong> · {say(`verdict.${asked.verdict}`)}</p>
      {facts.length > 0 && <p class="small quiet">{facts.join(" · ")}</p>}
      {asked.scores !== null && <ScoreBars scores={asked.scores} />}
      {asked.behind !== null && asked.behind > 0 && <p class="small">{say("decision.behind", { points: asked.behind.toFixed(1) })}</p>}
      {asked.barriers.length > 0 && (
        <>
          <p class="small">{say("decision.barriers")}</p>
          <ul class="small points">{asked.barriers.map((one) => <li key={one.why}>{say(`verdict.${one.why}`)}: {reasonWords(one.words, language)}</li>)}</ul>
        </>
      )}
      {asked.ways.length > 0 && (
        <>
          <p class="small">{say("decision.ways")}</p>
          <ul class="small points">{asked.ways.map((one) => <li key={one}>{reasonWords(one, language)}</li>)}</ul>
        </>
      )}
    </div>
  );
}

/** Decisions before this one, and the file with everybody. */
function Others({ found, onAt, delivery, onProblem }: { found: Decision; onAt: (at: string) => void; delivery: number; onProblem: (error: unknown) => void }) {
  const { say, calls, now, language } = useLateDesk();
  return (
    <div class="actions">
      {found.decisions.length > 1 && (
        <label class="small">
          {say("decision.all", { count: found.decisions.length })}
          <select value={found.id} onChange={(event) => {
            const chosen = found.decisions.find((one) => one.id === Number(event.currentTarget.value));
            if (chosen !== undefined) onAt(chosen.made_at);
          }}>
            {found.decisions.map((one) => <option key={one.id} value={one.id}>{clock(Date.parse(one.made_at), now, language)} · {say(`decision.short.${one.kind}`)}</option>)}
          </select>
        </label>
      )}
      <button type="button" class="button" onClick={() => calls.saveDecision(delivery, found.made_at).catch(onProblem)}><Icon of={Download} />{say("decision.save")}</button>
    </div>
  );
}
