// What is done to a zone at once: paused with a reason, resumed, and where one looks at it removed.
import { useState } from "preact/hooks";
import { type Acting, useActing } from "../../shared/acting.ts";
import { Field } from "../../shared/field.tsx";
import { Mark } from "../../shared/mark.tsx";
import { emptied } from "../../shared/meanwhile.ts";
import { clock } from "../../shared/times.ts";
import type { RoomGiven } from "../rooms.tsx";
import type { Zone } from "./geojson.ts";

interface Act {
  method: "POST" | "DELETE";
  way: string;
  body?: object;
}

export function ZoneActs({ given: { client, say, language }, zone, reload, onRemoved }: { given: RoomGiven; zone: Zone; reload: () => Promise<void>; onRemoved: (() => Promise<void>) | null }) {
  const [reason, setReason] = useState("");
  const [sure, setSure] = useState(false);
  const acting: Acting<Act> = useActing(say, async ({ method, way, body }, key) => {
    await client.call(`/api/zones/${zone.id}/${way}`, { method, body, idempotencyKey: key });
    setReason(emptied(reason));
    if (method === "DELETE") await onRemoved?.();
    else await reload();
  });
  return (
    <div class="acts card">
      {zone.paused_at === null ? (
        <>
          <Field label={say("zones.pause.why")} name="reason" value={reason} onValue={setReason} problem={acting.fields["reason"]} help={say("zones.pause.help")} more={{ maxLength: 2000 }} />
          <div class="actions">
            <button type="button" class="button" disabled={acting.pending} onClick={() => void acting.start({ method: "POST", way: "pause/", body: { reason: reason.trim() } })}>{say("zones.pause")}</button>
            {onRemoved !== null && <button type="button" class="button" disabled={acting.pending} onClick={() => (sure ? void acting.start({ method: "DELETE", way: "" }) : setSure(true))}>{say(sure ? "zones.remove.sure" : "zones.remove")}</button>}
          </div>
        </>
      ) : (
        <>
          <p><Mark as="late">{say("zones.paused.since", { at: clock(Date.parse(zone.paused_at), Date.now(), language) })}</Mark></p>
          {zone.pause_reason !== "" && <p>{zone.pause_reason}</p>}
          <div class="actions">
            <button type="button" class="button first" disabled={acting.pending} onClick={() => void acting.start({ method: "POST", way: "resume/" })}>{say("zones.resume")}</button>
          </div>
        </>
      )}
      <p class="problem" role="alert">{acting.problem}</p>
    </div>
  );
}
