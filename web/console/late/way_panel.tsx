// The way that a parcel went: drawn on the map where somebody wants to see it, or kept as a file.
import { useEffect } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { distance } from "../../shared/numbers.ts";
import { SaveWay } from "../../shared/ways/save_way.tsx";
import { type Way, linesOf } from "../../shared/ways/way_lines.ts";
import type { Details } from "../calls.ts";
import { useLateDesk } from "./words.ts";

export function WayPanel({ details: { id, tracking_number } }: { details: Pick<Details, "id" | "tracking_number"> }) {
  const { say, calls, language, way, showWay, go } = useLateDesk();
  useEffect(() => () => showWay(null), [id]);
  const shown = way?.properties.delivery_id === id ? way.properties : null;
  // It may be of a whole day: it is asked for once somebody wants it.
  const showing = useActing<null>(say, async () => {
    const found = await calls.client.call<Way>(`/api/deliveries/${id}/path.geojson`);
    showWay(found);
    if (linesOf(found).length > 0) go({ shown: "map" });
  });
  return (
    <section class="card tries" aria-labelledby="way">
      <h3 id="way" class="small quiet">{say("way")}</h3>
      <div class="actions">
        {shown === null ? (
          <button type="button" class="button" disabled={showing.pending} onClick={() => void showing.start(null)}>{say("way.show")}</button>
        ) : (
          <button type="button" class="button" onClick={() => showWay(null)}>{say("way.hide")}</button>
        )}
        <SaveWay id={id} number={tracking_number} words={say("way.save")} client={calls.client} say={say} />
      </div>
      <p role="status">{shown === null ? "" : shown.points === 0 ? say("way.none") : say("way.length", { distance: distance(shown.distance_m, language) })}</p>
      {showing.problem !== "" && <p class="problem" role="alert">{showing.problem}</p>}
    </section>
  );
}
