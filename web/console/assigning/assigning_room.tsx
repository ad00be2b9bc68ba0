// Many at once: tried out without giving anything, begun and followed, or made into a plan to be changed. What was begun
// goes on whoever looks; it stands in the list whenever one comes back.
import { useState } from "preact/hooks";
import "../../shared/field.css";
import "./assigning.css";
import { type Acting, useActing } from "../../shared/acting.ts";
import { changed, go, readAddress } from "../../shared/address.ts";
import { useDraft } from "../../shared/drafts.ts";
import { Field } from "../../shared/field.tsx";
import { useHere } from "../../shared/here.ts";
import { PRIORITIES } from "../calls.ts";
import type { RoomGiven } from "../rooms.tsx";
import { PreviewCard } from "./preview_card.tsx";
import { RunCard, RunList } from "./run_list.tsx";
import { EVERYTHING, type Preview, type Run, type Typed, filterOf } from "./wanted.ts";

type Way = "try" | "assign" | "plan";

interface Wanted {
  way: Way;
  typed: Typed;
}

/** A dry run is waited for, however many parcels there are. */
const TRIED_WITHIN_S = 300;

export function AssigningRoom(given: RoomGiven) {
  const { client, address, say } = given;
  const asked = address.query.get("run");
  const run = asked !== null && /^[1-9][0-9]{0,15}$/.test(asked) ? Number(asked) : null;
  const draft = useDraft("assigning", EVERYTHING);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [begun, setBegun] = useState(0);
  const here = useHere();
  const acting: Acting<Wanted> = useActing(say, async ({ way, typed }, idempotencyKey) => {
    const filter = filterOf(typed);
    setPreview(null);
    if (way === "try") {
      setPreview(await client.call<Preview>("/api/auto-assign/", { method: "POST", body: { ...filter, dry_run: true }, patience_s: TRIED_WITHIN_S }));
      return;
    }
    const path = way === "plan" ? "/api/assignment-plans/" : "/api/auto-assign/";
    const started = await client.call<Run>(path, { method: "POST", body: filter, prefer: "respond-async", idempotencyKey });
    setBegun(started.id);
    if (here.current) go(changed(readAddress(location.href), { run: started.id })); // whoever went on is not brought back
  });
  const button = (way: Way, first = false) => (
    <button type="button" class={first ? "button first" : "button"} disabled={acting.pending} onClick={() => void acting.start({ way, typed: draft.form })}>{say(`assigning.${way}`)}</button>
  );
  const field = (name: keyof Typed, sent: string, more: Record<string, string> = {}) => (
    <Field label={say(`assigning.${name}`)} name={sent} value={draft.form[name]} onValue={(value) => draft.change({ [name]: value })} problem={acting.fields[sent] ?? ""} more={{ placeholder: say("assigning.any"), ...more }} />
  );
  return (
    <div class="assigning">
      <h1>{say("room.assigning")}</h1>
      <div class="columns">
        <section class="card" aria-labelledby="begin">
          <h2 id="begin" class="title">{say("assigning.begin")}</h2>
          <form class="fields" onSubmit={(event) => event.preventDefault()} noValidate>
            <div class="pair">
              <Field label={say("assigning.priority")} name="priority_filter" value={draft.form.priority} onValue={(priority) => draft.change({ priority })} choices={[["", say("assigning.any")], ...PRIORITIES.map((one) => [one, say(`priority.${one}`)] as const)]} />
              {field("vehicle", "vehicle_type_filter")}
              {field("most", "max_assignments", { inputMode: "numeric" })}
              {field("hours", "time_range_hours", { inputMode: "decimal" })}
            </div>
            <p class="small quiet">{say("assigning.ways")}</p>
            <div class="actions">
              {button("try")}
              {button("plan")}
              {button("assign", true)}
            </div>
            <p class="problem" role="alert">{acting.problem}</p>
            {acting.pending && <p class="quiet" role="status">{say("assigning.pending")}</p>}
          </form>
          {preview !== null && <PreviewCard given={given} preview={preview} />}
        </section>
        <section aria-labelledby="runs">
          <h2 id="runs" class="title">{say("runs")}</h2>
          {run !== null && <RunCard key={run} given={given} id={run} />}
          <RunList given={given} open={run} begun={begun} />
        </section>
      </div>
    </div>
  );
}
