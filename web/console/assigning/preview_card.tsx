// What a run would do were it begun now; nothing was given.
import { Link } from "../../shared/link.tsx";
import { distance } from "../../shared/numbers.ts";
import { reasonWords } from "../../shared/reason_words.ts";
import type { RoomGiven } from "../rooms.tsx";
import type { Preview } from "./wanted.ts";

const SHOWN = 50;

export function PreviewCard({ given: { say, language }, preview }: { given: RoomGiven; preview: Preview }) {
  const { summary, assignments, failures, plan } = preview;
  return (
    <div class="preview" role="status">
      <p><strong>{say(summary.dry_run ? "assigning.would" : "runs.result", { given: summary.successful_assignments, count: summary.total_processed })}</strong></p>
      <p class="quiet">{qualityWords(summary.planned_total, summary.upper_bound, summary.certified_optimal, say)}</p>
      {plan !== null && (
        <p class="small quiet">
          {say("assigning.way", { distance: distance(plan.quality.distance_km * 1000, language) })}{" "}
          {say("assigning.greedy", { count: plan.quality.greedy_pairs, total: Math.round(plan.quality.greedy_total), distance: distance(plan.quality.greedy_distance_km * 1000, language) })}
        </p>
      )}
      <ul class="outcomes">
        {assignments.slice(0, SHOWN).map((one) => (
          <li key={one.delivery_id}><Link href={`/console?delivery=${one.delivery_id}`}>{one.tracking_number}</Link> <span>{one.assigned_transporter}</span> <span class="number quiet">{say("assigning.points", { score: one.score })}</span></li>
        ))}
      </ul>
      {assignments.length > SHOWN && <p class="small quiet">{say("assigning.more", { count: assignments.length - SHOWN })}</p>}
      {failures.length > 0 && (
        <>
          <h3 class="small quiet">{say("assigning.nobody", { count: summary.failed_assignments })}</h3>
          <ul class="outcomes">
            {failures.slice(0, SHOWN).map((one) => (
              <li key={one.delivery_id}><Link href={`/console?delivery=${one.delivery_id}`}>#{one.delivery_id}</Link> <span class="quiet">{reasonWords(one.reason ?? one.error, language)}</span></li>
            ))}
          </ul>
          {summary.failed_assignments > SHOWN && <p class="small quiet">{say("assigning.more", { count: summary.failed_assignments - SHOWN })}</p>}
        </>
      )}
    </div>
  );
}

/** How near to the best a plan is. */
export function qualityWords(total: number, bound: number, proved: boolean, say: RoomGiven["say"]): string {
  const share = bound <= 0 ? 0 : (100 * (bound - total)) / bound;
  return proved ? say("assigning.best", { total: Math.round(total) }) : say("assigning.gap", { total: Math.round(total), share: share.toFixed(2) });
}
