import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { distance } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { clock, duration } from "../shared/times.ts";
import "./candidate_list.css";
import { type Order, TERMS, aheadIn, chosenOf, firstThere, inOrder, lateOnArrival, proposedFirst, stopsWords } from "./arrivals.ts";
import type { Candidate, Candidates, Excluded } from "./calls.ts";
import { SHOWN, SkeletonRows } from "./candidates_skeleton.tsx";
import { Delayed } from "./delays.tsx";
import { useLateDesk } from "./late/words.ts";
import type { Delivery } from "./frames.ts";
import { OrderChoice } from "./order_choice.tsx";
import { useStill } from "./still_rows.ts";

const AGAIN_MS = 20_000;
const MORE = 10;
const REASON_CHARACTERS = 500;
/** Less than this apart, two arrivals are the same to whoever waits. */
const SAME_MS = 60_000;

/** Who could carry what waits, the best first, and why not the others. */
export function CandidateList({ delivery }: { delivery: Delivery }) {
  const { say, calls, actions, best, why, board } = useLateDesk();
  const [found, setFound] = useState<Candidates | null>(null);
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(0);
  const [reason, setReason] = useState("");
  const [order, setOrder] = useState<Order>("suggested");
  const [most, setMost] = useState(SHOWN);
  const still = useStill<Candidate>((one) => one.transporter.id);
  useEffect(() => {
    let left = false;
    calls.candidates(delivery.id).then(
      (answer) => {
        if (left) return;
        setFound(answer);
        setProblem("");
        if (answer.candidates.length > 0) actions.unfound.delete(delivery.id);
        else actions.unfound.add(delivery.id);
        const first = bestOf(answer, board.hadBy(delivery.id)?.courier ?? null, delivery.due_at)?.transporter;
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

  const list = found?.candidates ?? [];
  const had = board.hadBy(delivery.id);
  const chosen = found === null ? undefined : bestOf(found, had?.courier ?? null, delivery.due_at);
  const ranked = list.find((one) => one.transporter.id !== had?.courier) ?? list[0];
  const fastest = list[firstThere(list)];
  // Whom the button is for stands first, and who is there first is in sight.
  const wanted = inOrder(proposedFirst(list, chosen), order).filter((one, place) => place < most || one === chosen || one === fastest);
  const shown = still.rows(wanted, `${delivery.id} ${order}`);
  const hidden = list.length - shown.length;
  const others = Object.values(found?.excluded_counts ?? {}).reduce((sum, count) => sum + (count ?? 0), 0);
  const others_fit = list.length > 1 || (why && found?.excluded.some((one) => one.can_be_given) === true);
  return (
    <section aria-labelledby="candidates" class="candidates" aria-busy={found === null}>
      <div class="top">
        <h3 id="candidates" class="small quiet">{say("candidates")}</h3>
        {list.length > 1 && <OrderChoice order={order} onOrder={setOrder} />}
      </div>
      {found === null && problem === "" && <SkeletonRows />}
      {problem !== "" && (
        <p class="problem">{problem} <button type="button" class="link" onClick={() => setAsked(asked + 1)}>{say("candidates.again")}</button></p>
      )}
      {found?.reason != null && <p class="problem">{found.reason}</p>}
      <ol {...still.handlers}>
        {shown.map((one) => (
          <CandidateRow
            key={one.transporter.id}
            one={one}
            first={one === chosen}
            fastest={one === fastest && list.length > 1}
            had_until={had?.courier === one.transporter.id ? had.until : null}
            reason={one === list[0] ? "" : reason}
            delivery={delivery}
          >
            {one === chosen && ranked !== undefined && fastest !== undefined && <Trade best={ranked} fastest={fastest} due_at={delivery.due_at} />}
          </CandidateRow>
        ))}
      </ol>
      {hidden > 0 && <button type="button" class="link" onClick={() => setMost(most + MORE)}>{say("console.show_all", { count: Math.min(MORE, hidden) })}</button>}
      {found !== null && (others > 0 || found.candidates_count > list.length) && <Others found={found} others={others} reason={reason} delivery={delivery} />}
      {others_fit && <ReasonField reason={reason} setReason={setReason} />}
    </section>
  );
}

/** Whom the filled button is for: the best score that comes in time, but not whoever had it last and lost it. */
function bestOf({ candidates }: Candidates, had: number | null, due_at: number | null): Candidate | undefined {
  return chosenOf(candidates.filter((one) => one.transporter.id !== had), due_at) ?? candidates[0];
}

/** Everybody who is known here, and why those who could not have it could not. */
function Others({ found, others, reason, delivery }: { found: Candidates; others: number; reason: string; delivery: Delivery }) {
  const { say, why, setWhy } = useLateDesk();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (why) place.current?.scrollIntoView({ block: "nearest" });
  }, [why]);
  const counts = Object.entries(found.excluded_counts) as [Excluded["why"], number][];
  const all = [
    say("candidates.all", { count: others + found.candidates_count, could: found.candidates_count }),
    ...counts.sort((a, b) => b[1] - a[1]).map(([kind, count]) => say("candidates.left_out", { count, why: say(`why.${kind}`) })),
  ];
  return (
    <div ref={place}>
      <p class="small quiet number">{all.join(", ")}</p>
      {others > 0 && <button type="button" class="link" aria-expanded={why} onClick={() => setWhy(!why)}>{say("candidates.why", { count: others })}</button>}
      {why && <ul class="excluded">{found.excluded.map((one) => <ExcludedRow key={one.transporter_id} one={one} reason={reason} delivery={delivery} />)}</ul>}
    </div>
  );
}

/** Where the best score would come late and another earlier: what the choice is between. */
function Trade({ best, fastest, due_at }: { best: Candidate; fastest: Candidate; due_at: number | null }) {
  const { say } = useLateDesk();
  const sooner = Date.parse(best.estimated_delivery_time) - Date.parse(fastest.estimated_delivery_time);
  const terms = aheadIn(best, fastest).map((term) => say(term));
  if (lateOnArrival(best, due_at) === 0 || sooner < SAME_MS || terms.length === 0) return null;
  const key = lateOnArrival(fastest, due_at) === 0 ? "candidates.in_time" : "candidates.trade";
  return <p class="small">{say(key, { fast: fastest.transporter.name, best: best.transporter.name, terms: terms.join(", ") })}</p>;
}

/** A choice that is not the best may say why; the reason is kept with the decision. */
function ReasonField({ reason, setReason }: { reason: string; setReason: (reason: string) => void }) {
  const { say } = useLateDesk();
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
  fastest: boolean;
  /** Until when this one had it, who had it last. */
  had_until: number | null;
  reason: string;
  delivery: Delivery;
  /** What the choice is between, at whom the button is for. */
  children: ComponentChildren;
}

function CandidateRow({ one, first, fastest, had_until, reason, delivery, children }: RowGiven) {
  const { say, digits, language, now } = useLateDesk();
  const { score_details: scores, transporter } = one;
  const late = lateOnArrival(one, delivery.due_at);
  const stops = stopsWords(one.stops_before);
  const facts = [
    one.distance_km === null ? null : say("candidates.distance", { distance: distance(one.distance_km * 1000, language) }),
    say("candidates.at_pickup", { at: clock(Date.parse(one.estimated_pickup_time), now, language) }),
    say("candidates.at_door", { at: clock(Date.parse(one.estimated_delivery_time), now, language) }),
    late === 0 ? null : say("candidates.late", { age: duration(late / 1000, say) }),
    say("candidates.load", { count: one.active, most: one.max_active }),
    stops === null ? null : say(stops.key, { count: stops.count }),
  ].filter((fact) => fact !== null);
  return (
    <li class={one.presence === "stale" ? "candidate stale" : "candidate"}>
      <div class="head">
        <strong>{transporter.name}</strong>
        <span class="bar-of" aria-hidden="true"><span style={{ width: `${scores.total_score}%` }} /></span>
        <span class="number" title={say("candidates.score", { score: scores.total_score })}>{digits(scores.total_score)}</span>
      </div>
      <p class="small quiet number">{fastest && <span class="mark-of">{say("candidates.first_there")}</span>} {facts.join(" · ")}{one.presence === "stale" && ` · ${say("row.silent")}`}</p>
      <Delayed of={one} />
      {had_until !== null && <p class="small">{say("candidates.had", { at: clock(had_until, now, language) })}</p>}
      {children}
      <Give courier={transporter.id} name={transporter.name} first={first} reason={reason} delivery={delivery} />
      <p class="small quiet number terms">{TERMS.map(([term, key]) => `${say(key)} ${digits(scores[term])}`).join(" · ")}</p>
    </li>
  );
}

function ExcludedRow({ one, reason, delivery }: { one: Excluded; reason: string; delivery: Delivery }) {
  const { say, language } = useLateDesk();
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
  const { say, actions } = useLateDesk();
  const [pressed, setPressed] = useState(false);
  const pending = actions.pending.get(delivery.id);
  return (
    <button
      type="button"
      class={first ? "button first" : "button"}
      disabled={pending !== undefined}
      onClick={() => {
        setPressed(true);
        void actions.give({ delivery: delivery.id, number: delivery.tracking_number, courier, name }, reason.trim()).finally(() => setPressed(false));
      }}
    >
      {pending === undefined || !pressed ? say("candidates.give", { name }) : say(pending)}
    </button>
  );
}
