// What couriers sent with steps that came too late: not taken, and kept for whoever has to find out what happened.
import "./attempts_panel.css";
import { wasSigned } from "../../shared/proof/records.ts";
import { measured } from "../../shared/numbers.ts";
import { clock } from "../../shared/times.ts";
import { useLoading } from "../../shared/loading.tsx";
import type { RefusedProof } from "../calls.ts";
import { isLateKey, useLateDesk } from "./words.ts";

/** Links of pictures end after a quarter of an hour, and one that is scrolled to later is asked for only then. */
export const LINKS_RENEWED_MS = 600_000;

/** Nothing where nothing came too late. `turn`: another where the delivery has changed. */
export function RefusedPanel({ id, turn }: { id: number; turn: string }) {
  const { say, calls } = useLateDesk();
  const { value } = useLoading(() => calls.refusedProofs(id), [id, turn], LINKS_RENEWED_MS);
  if (value === null || value.length === 0) return null;
  return (
    <section class="card tries" aria-labelledby="refused">
      <h3 id="refused" class="small quiet">{say("refused")}</h3>
      <p>{say("refused.about")}</p>
      <ol class="history">{[...value].reverse().map((one) => <Refused key={one.number} one={one} />)}</ol>
    </section>
  );
}

function Refused({ one }: { one: RefusedProof }) {
  const { say, now, language } = useLateDesk();
  const at = one.happened_at ?? one.noticed_at;
  const why = `refused.${one.refusal}`;
  const tried = `tried.${one.reason}`;
  const more = [
    isLateKey(why) ? say(why) : one.refusal,
    isLateKey(tried) ? say(tried) : "",
    one.signed_by === "" ? "" : say(wasSigned(one) ? "refused.signed" : "refused.received", { name: one.signed_by }),
    one.scanned,
    one.notes,
    one.distance_m === null ? "" : say("refused.away", { distance: measured(one.distance_m, language) }),
    one.happened_at === null ? "" : say("refused.told", { at: clock(Date.parse(one.noticed_at), now, language) }),
  ];
  return (
    <li>
      <time class="number small quiet" dateTime={at}>{clock(Date.parse(at), now, language)}</time>
      <span>
        {say(`refused.${one.step}`, { name: one.transporter_name })}
        <span class="quiet small">{more.map((part) => (part === "" ? "" : ` · ${part}`)).join("")}</span>
        {one.photo !== null && <Picture url={one.photo.url} words={say("refused.photo", { number: one.number })} />}
        {one.signature !== null && <Picture url={one.signature.url} words={say("refused.signature", { number: one.number })} />}
      </span>
    </li>
  );
}

/** The picture is one's own host's, whatever the site is called. */
export function Picture({ url, words }: { url: string; words: string }) {
  const { pathname, search } = new URL(url);
  return <a href={pathname + search} target="_blank" rel="noreferrer" class="proof"><img src={pathname + search} alt={words} loading="lazy" /></a>;
}
