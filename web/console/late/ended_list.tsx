// What a search finds among parcels that have ended, below what the board finds.
import { useEffect, useState } from "preact/hooks";
import { useLoading } from "../../shared/loading.tsx";
import { problemOf } from "../../shared/problems.ts";
import { clock } from "../../shared/times.ts";
import { Heading, OpenLink, Route } from "../list_panel.tsx";
import { DAYS, type EndedRow, SHOWN, endedFound, endedKey, isSearched } from "./ended.ts";
import { useLateDesk } from "./words.ts";

/** Whoever types goes on typing: the server is asked once that pauses. */
const PAUSE_MS = 400;

export function EndedList() {
  const { say, calls, view, listed } = useLateDesk();
  const wanted = view.search.trim();
  const asked = usePaused(wanted);
  const { value, problem } = useLoading(() => endedFound(calls.client, asked, Date.now()), [asked]);
  if (asked !== wanted) return null;
  if (!isSearched(wanted)) return null;
  // What goes on stands above it and is whole: this is no alarm of the list.
  if (problem !== null) return <p class="quiet small pad" role="status">{say("ended.failed")} {problemOf(problem, say)}</p>;
  if (value?.search !== wanted) return null;
  if (value.count === 0) return listed.length > 0 ? null : <p class="quiet small pad" role="status">{say("ended.none", { days: DAYS })}</p>;
  return (
    <section aria-labelledby="ended">
      <Heading id="ended" words={say("ended")} count={value.count} />
      <ul>{value.rows.map((one) => <Row key={one.id} one={one} />)}</ul>
      {value.count > SHOWN && <p class="quiet small pad">{say("ended.more", { count: value.count - SHOWN })}</p>}
    </section>
  );
}

function Row({ one }: { one: EndedRow }) {
  const { say, board, view, now, language } = useLateDesk();
  const at = one.ended_at === null ? "–" : clock(Date.parse(one.ended_at), now, language);
  const words = [say(endedKey(one), { at }), board.nameOf(one.transporter)].filter((part) => part !== null).join(" · ");
  return (
    <li class="row ended">
      <OpenLink delivery={one.id} current={view.delivery === one.id} title={`${one.tracking_number} · ${words}`}>
        <span class="what">
          <Route delivery={one} class="quiet" />
          <span class="quiet">{words}</span>
          <span class="quiet number">{one.tracking_number}</span>
        </span>
      </OpenLink>
    </li>
  );
}

/** A text once it has stayed the same for a moment, and nothing before that. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState("");
  useEffect(() => {
    const soon = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(soon);
  }, [text]);
  return paused;
}
