// What stands where those who could carry a parcel will stand, as large as they will be.
import "./candidates_skeleton.css";
import { useLateDesk } from "./late/words.ts";

/** So many of the candidates are shown at first: what else can be done stands below them, and is not far. */
export const SHOWN = 3;

/** Until they are known: a row for each who may be among them. */
export function CandidatesSkeleton() {
  const { say } = useLateDesk();
  return (
    <section aria-labelledby="candidates" class="candidates" aria-busy="true">
      <div class="top"><h3 id="candidates" class="small quiet">{say("candidates")}</h3></div>
      <SkeletonRows />
    </section>
  );
}

export function SkeletonRows() {
  const { say, board } = useLateDesk();
  const online = [...board.couriers.values()].filter((one) => one.presence !== "gone").length;
  const rows = Math.min(SHOWN, Math.max(1, online));
  return (
    <div class="skeleton" role="status" aria-label={say("candidates.loading")}>
      {Array.from({ length: rows }, (_, row) => <div key={row} />)}
    </div>
  );
}
