// What plans and runs say alike: how good it is, who gets what, who stays without.
import type { Plan } from "./calls.ts";
import { useLateDesk } from "./late/words.ts";
import { wayOf } from "./parcel_name.tsx";
import { reasonWords } from "../shared/reason_words.ts";

/** So many rows are read; thousands would only make the page slow. */
export const SHOWN = 200;

/** How near to the best a plan is. */
export function PlanQuality({ total, bound, proved }: { total: number; bound: number; proved: boolean }) {
  const { say } = useLateDesk();
  const share = bound <= 0 ? 0 : (100 * (bound - total)) / bound;
  const points = Math.round(total);
  return <p class="quiet">{proved ? say("plan.optimal", { total: points }) : say("plan.gap", { total: points, share: share.toFixed(2) })}</p>;
}

/** A parcel's way, as a list says it. */
export function useWays(): (delivery: number) => string {
  const { board } = useLateDesk();
  return (delivery) => {
    const known = board.deliveries.get(delivery);
    return known === undefined ? `#${delivery}` : wayOf(known);
  };
}

/** Who got what in a run, and what stays without; of thousands the first. */
export function RunRows({ assignments, failures, given, failed }: Pick<Plan, "assignments" | "failures"> & { given: number; failed: number }) {
  const { say, digits, language } = useLateDesk();
  const way = useWays();
  const rows = assignments.slice(0, SHOWN);
  const without = failures.slice(0, SHOWN);
  return (
    <div class="scroll plan" tabIndex={0} role="region" aria-label={say("plan.summary", { given, count: given + failed })}>
      <table>
        <tbody>
          {rows.map((one) => (
            <tr key={one.delivery_id}><th scope="row">{way(one.delivery_id)}</th><td>{one.transporter}</td><td class="number">{digits(one.score)}</td></tr>
          ))}
        </tbody>
      </table>
      {given > rows.length && <p class="small quiet">{say("plan.more", { count: given - rows.length })}</p>}
      {failures.length > 0 && (
        <>
          <h3 class="small quiet">{say("plan.nobody", { count: failed })}</h3>
          <ul>
            {without.map((one) => <li key={one.delivery_id}>{way(one.delivery_id)} <span class="quiet">{reasonWords(one.reason ?? one.error, language)}</span></li>)}
          </ul>
          {failed > without.length && <p class="small quiet">{say("plan.more", { count: failed - without.length })}</p>}
        </>
      )}
    </div>
  );
}
