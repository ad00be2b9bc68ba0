import { useEffect, useState } from "preact/hooks";
import { distance } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { clock } from "../shared/times.ts";
import type { Candidate, Candidates, Excluded } from "./calls.ts";
import { useDesk } from "./desk.ts";
import type { Delivery } from "./frames.ts";

const AGAIN_MS = 20_000;
const REASON_CHARACTERS = 500;
const TERMS = [
  ["distance_score", "term.distance"],
  ["rating_score", "term.rating"],
  ["capacity_score", "term.capacity"],
  ["workload_score", "term.workload"],
] as const;

/** Who could carry what waits, the best first, and why not the others. */
export function CandidateList({ delivery }: { delivery: Delivery }) {
  const { say, calls, actions, best, why, setWhy } = useDesk();
  const [found, setFound] = useState<Candidates | null>(null);
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(0);
  const [reason, setReason] = useState("");
  useEffect(() => {
    let left = false;
    calls.candidates(delivery.id).then(
      (answer) => {
        if (left) return;
        setFound(answer);
        setProblem("");
        if (answer.candidates.length > 0) actions.unfound.delete(delivery.id);
        else actions.unfound.add(delivery.id);
        const first = answer.candidates[0]?.transporter;
        best.current = first === undefined ? null : { delivery: delivery.id, courier: first.id, name: first.name };
      },
      (error: unknown) => !left && setProblem(problemOf(error, say)),
    );
    const again = setTimeout(() => setAsked(asked + 1), AGAIN_MS);
    return () => {
      left = true;
      clearTimeout(again);
    };
  }, [delivery.id, asked]);
  useEffect(() => () => void (best.current = null), [delivery.id]);

  const others = Object.values(found?.excluded_counts ?? {}).reduce((sum, count) => sum + (count ?? 0), 0);
  const others_fit = (found?.candidates.length ?? 0) > 1 || (why && found?.excluded.some((one) => one.can_be_given) === true);
  return (
    <section aria-labelledby="candidates" class="candidates">
      <h3 id="candidates" class="small quiet">{say("candidates")}</h3>
      {found === null && problem === "" && <p class="quiet" role="status">{say("candidates.loading")}</p>}
      {problem !== "" && (
        <p class="problem">{problem} <button type="button" class="link" onClick={() => setAsked(asked + 1)}>{say("candidates.again")}</button></p>
      )}
      {found?.reason != null && <p class="problem">{found.reason}</p>}
      <ol>
        {found?.candidates.map((one, place) => <CandidateRow key={one.transporter.id} one={one} first={place === 0} reason={place === 0 ? "" : reason} delivery={delivery} />)}
      </ol>
      {others > 0 && (
        <>
          <button type="button" class="link" aria-expanded={why} onClick={() => setWhy(!why)}>{say("candidates.why", { count: others })}</button>
          {why && <ul class="excluded">{found?.excluded.map((one) => <ExcludedRow key={one.transporter_id} one={one} reason={reason} delivery={delivery} />)}</ul>}
        </>
      )}
      {others_fit && <ReasonField reason={reason} setReason={setReason} />}
    </section>
  );
}

/** A choice that is not the best may say why; the reason is kept with the decision. */
function ReasonField({ reason, setReason }: { reason: string; setReason: (reason: string) => void }) {
  const { say } = useDesk();
  return (
    <label class="why-not small">
      {say("candidates.reason")}
      <input value={reason} maxLength={REASON_CHARACTERS} onInput={(event) => setReason(event.currentTarget.value)} />
    </label>
  );
}

interface RowGiven {
  one: Candidate;
  first: boolean;
  reason: string;
  delivery: Delivery;
}

function CandidateRow({ one, first, reason, delivery }: RowGiven) {
  const { say, digits, language, now } = useDesk();
  const { score_details: scores, transporter } = one;
  const facts = [
    one.distance_km === null ? null : say("candidates.distance", { distance: distance(one.distance_km * 1000, language) }),
    say("candidates.at_door", { at: clock(Date.parse(one.estimated_delivery_time), now, language) }),
    say("candidates.load", { count: one.active, most: one.max_active }),
  ].filter((fact) => fact !== null);
  return (
    <li class={one.presence === "stale" ? "candidate stale" : "candidate"}>
      <div class="head">
        <strong>{transporter.name}</strong>
        <span class="bar-of" aria-hidden="true"><span style={{ width: `${scores.total_score}%` }} /></span>
        <span class="number" title={say("candidates.score", { score: scores.total_score })}>{digits(scores.total_score)}</span>
      </div>
      <p class="small quiet number">{TERMS.map(([term, key]) => `${say(key)} ${digits(scores[term])}`).join(" · ")}</p>
      <p class="small quiet number">{facts.join(" · ")}{one.presence === "stale" && ` · ${say("row.silent")}`}</p>
      <Give courier={transporter.id} name={transporter.name} first={first} reason={reason} delivery={delivery} />
    </li>
  );
}

function ExcludedRow({ one, reason, delivery }: { one: Excluded; reason: string; delivery: Delivery }) {
  const { say, language } = useDesk();
  const values = {
    distance: one.distance_km === null ? "" : distance(one.distance_km * 1000, language),
    free: one.free_capacity ?? "",
    count: one.active,
    most: one.max_active,
  };
  const more = one.why === "too_far" || one.why === "too_heavy" || one.why === "no_slot" ? say(`why.${one.why}.words`, values) : null;
  return (
    <li>
      <span><strong>{one.name}</strong> <span class="quiet">{say(`why.${one.why}`)}{more !== null && `, ${more}`}</span></span>
      {one.can_be_given && <Give courier={one.transporter_id} name={one.name} first={false} reason={reason} delivery={delivery} />}
    </li>
  );
}

function Give({ courier, name, first, reason, delivery }: { courier: number; name: string; first: boolean; reason: string; delivery: Delivery }) {
  const { say, actions } = useDesk();
  const pending = actions.pending.get(delivery.id);
  return (
    <button
      type="button"
      class={first ? "button first" : "button"}
      disabled={pending !== undefined}
      onClick={() => void actions.give({ delivery: delivery.id, number: delivery.tracking_number, courier, name }, reason.trim())}
    >
      {pending === undefined ? say("candidates.give", { name }) : say(pending)}
    </button>
  );
}
