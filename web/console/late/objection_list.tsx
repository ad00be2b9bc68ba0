// What recipients object to and nobody has answered: parcels that have ended, so the board knows nothing of them.
import { AlertTriangle } from "lucide";
import { Icon } from "../../shared/icon.tsx";
import { useLoading } from "../../shared/loading.tsx";
import { duration } from "../../shared/times.ts";
import { Heading, OpenLink } from "../list_panel.tsx";
import { type Objection, openObjections } from "./objections.ts";
import { useLateDesk } from "./words.ts";

const RENEWED_MS = 30_000;

/** Nothing where there are none. */
export function ObjectionList() {
  const { say, calls } = useLateDesk();
  const { value } = useLoading(() => openObjections(calls.client), [], RENEWED_MS);
  if (value === null || value.count === 0) return null;
  return (
    <section aria-labelledby="objections">
      <Heading id="objections" words={say("objections")} count={value.count} />
      <ul>{value.rows.map((one) => <Row key={one.id} one={one} />)}</ul>
      {value.count > value.rows.length && <p class="quiet small pad">{say("objections.more", { count: value.count - value.rows.length })}</p>}
    </section>
  );
}

function Row({ one }: { one: Objection }) {
  const { say, view, now } = useLateDesk();
  const words = say("objection.since", { what: say(`objection.reason.${one.reason}`), age: duration(Math.max(0, now - Date.parse(one.made_at)) / 1000, say) });
  const about = [one.product_name, one.buyer_name, one.transporter].filter(Boolean).join(" · ");
  return (
    <li class="row exception">
      <OpenLink delivery={one.delivery_id} current={view.delivery === one.delivery_id} title={[words, about].join(" · ")}>
        <span class="sign"><Icon of={AlertTriangle} /></span>
        <span class="what">
          <strong>{words}</strong>
          <span class="quiet">{about}</span>
          <span class="quiet number">{one.tracking_number}</span>
        </span>
      </OpenLink>
    </li>
  );
}
