// The pairs of a plan, each with its score, what the plan before said, and whether it is kept or forbidden.
import { Ban, Lock } from "lucide";
import { useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { distance } from "../shared/numbers.ts";
import { reasonWords } from "../shared/reason_words.ts";
import type { AssignmentPlan, PlannedPair } from "./calls.ts";
import { useLateDesk } from "./late/words.ts";
import { SHOWN, useWays } from "./plan_summary.tsx";
import { type Differences, differences } from "./plan_differences.ts";
import { isForbidden } from "./plans.ts";
import { ScoreBar, ScoreBars } from "./score_bars.tsx";

/** `fixed`: it is committed, so nothing about it is changed any more. */
export function PlanPairs({ plan, fixed }: { plan: AssignmentPlan; fixed: boolean }) {
  const { say, planning, planRows } = useLateDesk();
  const [shown, setShown] = useState(SHOWN);
  const changes = differences(planning.before, plan);
  const byDelivery = new Map(plan.pairs.map((one) => [one.delivery_id, one]));
  const rows = planRows.slice(0, shown).flatMap((delivery) => byDelivery.get(delivery) ?? []);
  const banned = planning.draft.forbidden.filter((one) => byDelivery.get(one.delivery)?.transporter_id !== one.courier);
  return (
    <section aria-labelledby="plan-pairs">
      <h3 id="plan-pairs" class="small quiet">{say("plan.pairs")}</h3>
      <ul class="pairs">{rows.map((one) => <PairRow key={one.delivery_id} one={one} changes={changes} fixed={fixed} />)}</ul>
      {planRows.length > rows.length && (
        <button type="button" class="link" onClick={() => setShown(shown + SHOWN)}>{say("plan.more", { count: planRows.length - rows.length })}</button>
      )}
      {!fixed && banned.length > 0 && <Banned pairs={banned} />}
    </section>
  );
}

function PairRow({ one, changes, fixed }: { one: PlannedPair; changes: Differences; fixed: boolean }) {
  const { say, digits, board, view, go, planning, language } = useLateDesk();
  const wayOf = useWays();
  const pair = { delivery: one.delivery_id, courier: one.transporter_id };
  const chosen = view.delivery === one.delivery_id;
  const kept = planning.draft.locked.get(one.delivery_id) === one.transporter_id;
  const banned = isForbidden(planning.draft, pair);
  const name = board.nameOf(one.transporter_id) ?? `#${one.transporter_id}`;
  const was = changes.moved.get(one.delivery_id);
  const marks = [
    was === undefined ? "" : was === null ? say("plan.new") : say("plan.was", { name: board.nameOf(was) ?? `#${was}` }),
    banned ? say("plan.banned") : kept ? say("plan.kept") : "",
    !fixed && board.known && board.deliveries.get(one.delivery_id)?.status !== "available" ? say("plan.gone") : "",
  ].filter((mark) => mark !== "");
  return (
    <li class={`pair ${banned ? "banned" : ""} ${was === undefined ? "" : "moved"}`}>
      <button type="button" class="of-pair" data-delivery={one.delivery_id} aria-expanded={chosen} onClick={() => go({ delivery: chosen ? null : one.delivery_id, courier: null })}>
        <span class="what">
          <span>{wayOf(one.delivery_id)}</span>
          <span class="who"><strong>{name}</strong><ScoreBar score={one.scores.total} /><span class="number">{digits(Math.round(one.scores.total))}</span></span>
          {marks.length > 0 && <span class="small quiet">{marks.join(" · ")}</span>}
        </span>
      </button>
      {!fixed && (
        <>
          <button type="button" class="tool worded" aria-pressed={kept} title={say("plan.keep.title")} aria-label={`${say("plan.keep")}: ${wayOf(one.delivery_id)}, ${name}`} onClick={() => planning.lock(pair)}>
            <Icon of={Lock} />
            {say("plan.keep.short")}
          </button>
          <button type="button" class="tool worded" aria-pressed={banned} title={say("plan.forbid.title")} aria-label={`${say("plan.forbid")}: ${wayOf(one.delivery_id)}, ${name}`} onClick={() => planning.forbid(pair)}>
            <Icon of={Ban} />
            {say("plan.forbid.short")}
          </button>
        </>
      )}
      {chosen && (
        <div class="more">
          <ScoreBars scores={one.scores} />
          {one.distance_km !== null && <p class="small quiet">{say("candidates.distance", { distance: distance(one.distance_km * 1000, language) })}</p>}
        </div>
      )}
    </li>
  );
}

/** Forbidden pairs that the plan keeps to, each with a way to allow it again. */
function Banned({ pairs }: { pairs: readonly { delivery: number; courier: number }[] }) {
  const { say, board, planning } = useLateDesk();
  const wayOf = useWays();
  return (
    <>
      <h3 class="small quiet">{say("plan.banned_pairs", { count: pairs.length })}</h3>
      <ul>
        {pairs.map((one) => (
          <li key={`${one.delivery}:${one.courier}`} class="small aside">
            <span>{wayOf(one.delivery)} · {board.nameOf(one.courier) ?? `#${one.courier}`}</span>
            <button type="button" class="link" onClick={() => planning.forbid(one)}>{say("plan.allow")}</button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What stays without a courier, and why. */
export function LeftOut({ plan }: { plan: AssignmentPlan }) {
  const { say, language } = useLateDesk();
  const wayOf = useWays();
  if (plan.left_out.length === 0) return null;
  return (
    <section aria-labelledby="plan-without">
      <h3 id="plan-without" class="small quiet">{say("plan.nobody", { count: plan.left_out.length })}</h3>
      <ul class="small">
        {plan.left_out.slice(0, SHOWN).map((one) => <li key={one.delivery_id}>{wayOf(one.delivery_id)} <span class="quiet">{reasonWords(one.reason, language)}</span></li>)}
      </ul>
      {plan.left_out.length > SHOWN && <p class="small quiet">{say("plan.more", { count: plan.left_out.length - SHOWN })}</p>}
    </section>
  );
}

/** What could not be carried out any more, pair by pair. */
export function Refusals({ refused }: { refused: AssignmentPlan["progress"]["refused"] }) {
  const { say, board, language } = useLateDesk();
  const wayOf = useWays();
  return (
    <section aria-labelledby="plan-refused">
      <h3 id="plan-refused" class="small quiet">{say("plan.refused", { count: refused.length })}</h3>
      <ul class="small">
        {refused.slice(0, SHOWN).map((one) => (
          <li key={one.delivery_id}>{wayOf(one.delivery_id)} · {board.nameOf(one.transporter_id) ?? `#${one.transporter_id}`} <span class="problem">{reasonWords(one.reason, language)}</span></li>
        ))}
      </ul>
    </section>
  );
}
