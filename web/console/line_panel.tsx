import "./line_panel.css";
import { useState } from "preact/hooks";
import { Link } from "../shared/link.tsx";
import { clock, duration } from "../shared/times.ts";
import { shortPlace } from "./desk.ts";
import { lateness, measureOf } from "./exceptions.ts";
import { underWay } from "./frames.ts";
import { useLateDesk } from "./late/words.ts";
import { OpenLink } from "./list_panel.tsx";
import { NOW_AT, linesOf, placeOf, ticksOf } from "./time_line.ts";

/** So many at first, and so many more each time that somebody wants more. */
const STEP = 12;

/** Who is busy until when: stops as bars, the promise as a mark, now as a line. */
export function LinePanel() {
  const { say, language, now, board, view } = useLateDesk();
  const [most, setMost] = useState(STEP);
  const looked = view.courier ?? (view.delivery === null ? null : (board.deliveries.get(view.delivery)?.transporter_id ?? null));
  const lines = linesOf(board, looked, now);
  const hidden = lines.length - most;
  if (lines.length === 0) return <p class="quiet small pad">{say(!board.known ? "loading" : [...board.deliveries.values()].some(underWay) ? "line.later" : "line.none")}</p>;
  return (
    <div class="scroll lines">
      <div class="ticks number" aria-hidden="true">
        <span class="who" />
        <span class="track">
          {ticksOf(now).map((at) => <span key={at} style={{ left: `${placeOf(at, now)}%` }}>{clock(at, now, language)}</span>)}
        </span>
      </div>
      <ul>
      {lines.slice(0, most).map(({ courier, bars }) => (
        <li key={courier}>
          <Link class="who" href={`/console/replay?courier=${courier}`} label={say("line.past", { name: board.nameOf(courier) ?? `#${courier}` })}>{board.nameOf(courier) ?? `#${courier}`}</Link>
          <ol class="track">
            <li class="now" style={{ left: `${NOW_AT}%` }} aria-hidden="true" />
            {bars.map((bar) => {
              const { delivery } = bar;
              const at = delivery.expected_at === null ? "–" : clock(delivery.expected_at, now, language);
              const late = lateness(delivery, now);
              const stop = say("line.stop", { number: delivery.tracking_number, place: shortPlace(delivery.delivery_address), at });
              const words = late === 0 ? stop : `${stop} · ${say(`row.${measureOf(delivery, now)}`, { age: duration(late / 1000, say) })}`;
              return (
                <li key={delivery.id} style={{ left: `${bar.from}%`, width: `${bar.to - bar.from}%` }}>
                  <OpenLink class={bar.late ? "late" : bar.open ? "open" : ""} delivery={delivery.id} current={view.delivery === delivery.id} title={words}>
                    <span aria-hidden="true">→ {shortPlace(delivery.delivery_address)}</span>
                    <span class="unseen">{words}</span>
                  </OpenLink>
                </li>
              );
            })}
            {bars.flatMap((bar) => (bar.due === null ? [] : [<li key={`due-${bar.delivery.id}`} class="due" style={{ left: `${bar.due}%` }} aria-hidden="true" />]))}
          </ol>
        </li>
      ))}
      </ul>
      {hidden > 0 && <button type="button" class="link small pad" onClick={() => setMost(most + STEP)}>{say("console.show_all", { count: Math.min(hidden, STEP) })}</button>}
    </div>
  );
}
