// A plan for many: looked at beside the map, changed by pairs that are kept or forbidden and by weights, then carried out.
import { X } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { distance } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import { Refused } from "../shared/client.ts";
import { clock, duration } from "../shared/times.ts";
import "./plan_panel.css";
import type { AssignmentPlan } from "./calls.ts";
import { shortPlace } from "./desk.ts";
import { useLateDesk } from "./late/words.ts";
import { LeftOut, PlanPairs, Refusals } from "./plan_pairs.tsx";
import { PlanQuality } from "./plan_summary.tsx";
import { PlanWeights } from "./plan_weights.tsx";
import { differences, isChanged } from "./plan_differences.ts";

/** A commit that somebody else began, or that was cut off, is looked at so often. */
const LOOK_EVERY_MS = 2_000;

export function PlanPanel() {
  const { say, view, go, planning } = useLateDesk();
  const { plan, busy, error, draft } = planning;
  useEffect(() => {
    if (view.plan !== null) void planning.open(view.plan);
  }, [view.plan]);
  const count = plan === null ? (draft.deliveries?.length ?? 0) : plan.pairs.length + plan.left_out.length;
  return (
    <div class="scroll sheet plan-room">
      <header class="plan-head">
        <h2 class="title">{say(count === 1 ? "plan.title_one" : "plan.title", { count })}</h2>
        <button type="button" class="tool" title={say("console.close")} aria-label={say("console.close")} onClick={() => go({ plan: null })}>
          <Icon of={X} />
        </button>
      </header>
      {planning.opened && plan === null && draft.deliveries?.length === 0 && <p class="quiet">{say("plan.empty")}</p>}
      {plan === null && busy !== null && (
        <p class="quiet">
          <span role="status">{say(busy === "making" ? "plan.making" : "loading")}</span>{" "}
          <span class="number" aria-hidden="true">{duration((performance.now() - planning.since) / 1000, say)}</span>
        </p>
      )}
      {error !== null && <Problem error={error} />}
      {plan !== null && <Plan plan={plan} />}
      {plan === null && error !== null && draft.deliveries?.length !== 0 && <p class="actions"><Again /></p>}
    </div>
  );
}

/** What the server has against it; where pairs cannot be kept, which and why. */
function Problem({ error }: { error: unknown }) {
  const { say, board, planning } = useLateDesk();
  const pairs = [...planning.draft.locked];
  const wrong = error instanceof Refused ? Object.entries(error.fields) : [];
  const named = ([name, words]: [string, string]): string => {
    const pair = pairs[Number(/^locked\[(\d+)\]/.exec(name)?.[1] ?? Number.NaN)];
    if (pair === undefined) return `${name}: ${words}`;
    const delivery = board.deliveries.get(pair[0]);
    return `${delivery === undefined ? `#${pair[0]}` : shortPlace(delivery.pickup_address)} · ${board.nameOf(pair[1]) ?? `#${pair[1]}`}: ${words}`;
  };
  return (
    <div class="problem" role="alert">
      <p>{problemOf(error, say)}</p>
      {wrong.length > 0 && <ul class="small">{wrong.map((one) => <li key={one[0]}>{named(one)}</li>)}</ul>}
    </div>
  );
}

function Plan({ plan }: { plan: AssignmentPlan }) {
  const { say, now, planning } = useLateDesk();
  const over = plan.status === "expired" || (plan.status === "open" && Date.parse(plan.expires_at) <= now);
  const status = over ? "expired" : plan.status;
  const committing = planning.busy === "committing" || status === "committing";
  return (
    <>
      <Summary plan={plan} />
      {status === "expired" && <p class="problem" role="alert">{say("plan.expired")}</p>}
      {committing && <Committing plan={plan} />}
      {status === "committed" && <Committed plan={plan} />}
      {(status === "open" || status === "expired") && !committing && (
        <>
          <Acts plan={plan} expired={over} />
          <PlanWeights />
        </>
      )}
      <PlanPairs plan={plan} fixed={status !== "open" && status !== "expired"} />
      <LeftOut plan={plan} />
    </>
  );
}

function Summary({ plan }: { plan: AssignmentPlan }) {
  const { say, language, planning } = useLateDesk();
  const { quality } = plan;
  const count = plan.pairs.length + plan.left_out.length;
  const way = (km: number): string => distance(km * 1000, language);
  const { moved, lost } = differences(planning.before, plan);
  return (
    <div role="status">
      <p><strong>{say("plan.summary", { given: plan.pairs.length, count })}</strong></p>
      <PlanQuality total={quality.total} bound={quality.upper_bound} proved={quality.certified_optimal} />
      <p class="quiet">{say("plan.way", { distance: way(quality.distance_km) })}</p>
      <p class="small quiet">
        {say("plan.greedy", { count: quality.greedy_pairs, total: Math.round(quality.greedy_total), distance: way(quality.greedy_distance_km) })}
      </p>
      {planning.before !== null && (
        <p class="small">{[moved.size + lost.length === 0 ? say("plan.same") : say("plan.moved", { count: moved.size }), lost.length > 0 && say("plan.lost", { count: lost.length })].filter(Boolean).join(" ")}</p>
      )}
    </div>
  );
}

function Acts({ plan, expired }: { plan: AssignmentPlan; expired: boolean }) {
  const { say, now, language, planning, connected } = useLateDesk();
  const changed = isChanged(planning.draft, plan);
  const give = useRef<HTMLButtonElement>(null);
  useEffect(() => give.current?.focus(), [plan.id]);
  return (
    <div class="plan-acts">
      <p class="actions">
        {!expired && plan.pairs.length > 0 && (
          <button ref={give} type="button" class={changed ? "button" : "button first"} disabled={planning.busy !== null || changed || !connected} onClick={() => void planning.commit()}>
            {say("plan.commit", { count: plan.pairs.length })}
          </button>
        )}
        <Again first={changed || expired} />
      </p>
      {!expired && <p class="small quiet">{changed ? say("plan.not_yet") : say("plan.until", { at: clock(Date.parse(plan.expires_at), now, language) })}</p>}
    </div>
  );
}

function Again({ first = false }: { first?: boolean }) {
  const { say, planning } = useLateDesk();
  const { weights } = planning.draft;
  const weightless = weights.distance + weights.rating + weights.capacity + weights.workload === 0;
  return (
    <button type="button" class={first ? "button first" : "button"} disabled={planning.busy !== null || weightless} onClick={() => void planning.again()}>
      {say(planning.busy === "making" ? "plan.making" : "plan.again")}
    </button>
  );
}

function Committing({ plan }: { plan: AssignmentPlan }) {
  const { say, planning } = useLateDesk();
  const { planned, left } = plan.progress;
  const ours = planning.busy === "committing";
  useEffect(() => {
    if (ours) return;
    const looking = setInterval(() => void planning.look(), LOOK_EVERY_MS);
    return () => clearInterval(looking);
  }, [plan.id, ours]);
  return (
    <>
      <p role="status">{say("plan.committing_of", { done: planned - left, count: planned })}</p>
      <progress aria-label={say("plan.committing")} max={Math.max(1, planned)} value={planned - left} />
      {!ours && (
        <>
          <p class="quiet">{say("plan.cut_off")}</p>
          <p class="actions"><button type="button" class="button first" onClick={() => void planning.commit()}>{say("plan.go_on")}</button></p>
        </>
      )}
    </>
  );
}

function Committed({ plan }: { plan: AssignmentPlan }) {
  const { say } = useLateDesk();
  const { assigned, refused } = plan.progress;
  return (
    <>
      <p role="status"><strong>{say(refused.length === 0 ? "plan.done" : "plan.done.partly", { count: assigned, failed: refused.length })}</strong></p>
      {refused.length > 0 && <Refusals refused={refused} />}
    </>
  );
}
