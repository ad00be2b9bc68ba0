// Runs over many: those that go on and those that ended, and one of them whole.
import { useState } from "preact/hooks";
import { changed } from "../../shared/address.ts";
import type { components } from "../../shared/api.ts";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import { Mark, type MarkKind } from "../../shared/mark.tsx";
import { clock } from "../../shared/times.ts";
import type { RoomGiven } from "../rooms.tsx";
import { PreviewCard } from "./preview_card.tsx";
import { type Run, type RunRow, shareOf } from "./wanted.ts";

const GOING_MS = 1_000;
const STILL_MS = 10_000;
const MARKS: Readonly<Record<RunRow["status"], MarkKind>> = { running: "way", done: "done", failed: "late", interrupted: "stale" };

export function RunList({ given, open, begun }: { given: RoomGiven; open: number | null; begun: number }) {
  const { client, address, say, language } = given;
  const loading = useLoading(() => client.call<components["schemas"]["PageOfRunRow"]>("/api/assignment-runs/?page_size=20"), [begun], STILL_MS);
  return (
    <Loaded of={loading} language={language} say={say} lines={4}>
      {({ results }) =>
        results.length === 0 ? (
          <p class="card">{say("runs.none")}</p>
        ) : (
          <ul class="run-list">
            {results.map((one) => (
              <li key={one.id}>
                <Link href={changed(address, { run: one.id })} current={one.id === open}>
                  <strong>{say(`runs.kind.${one.kind}`)} · {clock(Date.parse(one.started_at), Date.now(), language)}</strong>
                  <span><Mark as={MARKS[one.status]}>{say(`runs.status.${one.status}`)}</Mark> <span class="small quiet number">{progressWords(one, say)}</span></span>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function progressWords({ kind, progress, status }: RunRow, say: RoomGiven["say"]): string {
  if (progress.planned === null) return status === "running" ? say("runs.planning") : "";
  if (kind === "plan") return say("runs.planned", { given: progress.planned, count: progress.deliveries ?? progress.planned });
  return say("runs.given", { given: progress.assigned, count: progress.planned });
}

/** One run as it goes on; once it has ended what became of each parcel, or the plan that it made. */
export function RunCard({ given, id }: { given: RoomGiven; id: number }) {
  const { client, address, say, language } = given;
  const [over, setOver] = useState(false);
  const look = async (): Promise<Run> => {
    const run = await client.call<Run>(`/api/assignment-runs/${id}/`);
    setOver(run.status !== "running");
    return run;
  };
  const loading = useLoading(look, [id], over ? null : GOING_MS);
  const share = loading.value === null ? null : shareOf(loading.value);
  return (
    <div class="card run-card">
      <Loaded of={loading} language={language} say={say} lines={3}>
        {(run) => (
          <>
            <p><strong>{say(`runs.kind.${run.kind}`)}</strong> <Mark as={MARKS[run.status]}>{say(`runs.status.${run.status}`)}</Mark></p>
            <p role="status" class="number">{progressWords(run, say)}</p>
            {run.status === "running" && (
              <>
                <progress aria-label={say("runs.progress")} max={1} value={share ?? undefined} />
                <p class="small quiet">{say("runs.goes_on")}</p>
              </>
            )}
            {run.error !== "" && <p class="problem">{run.error}</p>}
            {(run.status === "failed" || run.status === "interrupted") && <p class="problem">{say(`runs.ended.${run.status}`)}</p>}
            {run.plan_id !== null && <p><Link class="button first" href={`/console?plan=${run.plan_id}&panel=detail`}>{say("runs.open_plan")}</Link></p>}
            {run.result !== null && <PreviewCard given={given} preview={run.result} />}
          </>
        )}
      </Loaded>
      <p><Link href={changed(address, { run: null })}>{say("console.close")}</Link></p>
    </div>
  );
}
