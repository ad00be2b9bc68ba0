// The strip on top: on duty or not, whose position the server has, what waits to be sent.
import { useRef } from "preact/hooks";
import { Link } from "../shared/link.tsx";
import { duration } from "../shared/times.ts";
import { unconfirmed } from "./actions.ts";
import { DutySwitch } from "./duty_switch.tsx";
import { type Given, useNow } from "./given.ts";
import { PicturesSent } from "./pictures_sent.tsx";
import { SoundSwitch } from "./sound_switch.tsx";
import { pathOf } from "./views.ts";
import { type Standing, asOf, liveSource, standingOf } from "./sources.ts";

export function Strip(given: Given) {
  const { state, say } = given;
  const waiting = unconfirmed(state.actions);
  return (
    <section class="strip card" aria-label={say("strip")}>
      <DutySwitch {...given} />
      <p class="position from">
        <Position {...given} />{" "}
      </p>
      <p class="position">
        <Link href={pathOf({ name: "phone" })}>{say("phone.link")}</Link>
        <Link href={pathOf({ name: "shifts" })}>{say("shifts.link")}</Link>
        <Link href={pathOf({ name: "offers" })}>{say("asked.link")}</Link>
        <Link href={pathOf({ name: "documents" })}>{say("documents.link")}</Link>
        <Link href={pathOf({ name: "earnings" })}>{say("earnings.link")}</Link>
        <Link href={pathOf({ name: "ratings" })}>{say("ratings.link")}</Link>
        <SoundSwitch {...given} />
      </p>
      {/* Also where nothing waits: positions come and go every few seconds, and what lies below does not move with them. */}
      <p class="waiting">
        <Link href={pathOf({ name: "queue" })}>
          {waiting + state.pings_waiting > 0 ? <><span class="badge number">{say("count", { count: waiting })}</span> {say("queue.link", { actions: waiting, positions: state.pings_waiting })}</> : say(state.waits_known ? "queue.all_sent" : "loading")}
        </Link>
      </p>
      <PicturesSent of={state.actions} say={say} />
      {!state.lasts && <p class="quiet" role="status">{say("kept.page")}</p>}
    </section>
  );
}

const CHIPS = { calm: "", soon: "polling", now: "offline" } as const;

/** How it stands with the position; null where nobody needs one. */
function usePosition({ work, state }: Given): Standing | null {
  const now = useNow();
  const { profile, position } = state;
  const wanted = profile !== null && profile.is_verified && (profile.is_available || state.jobs.length > 0);
  const wantedSince = useRef(now);
  if (!wanted) wantedSince.current = now;
  if (!wanted) return null;
  const own_age_s = position === null ? null : Math.max(0, (now - position.timestamp) / 1000);
  return standingOf(liveSource(own_age_s, asOf(state.other_source, work.now())), (now - wantedSince.current) / 1000, state.jobs.length);
}

/** Whether it is still being asked for whether anything else sends a position, and this page has none. */
function isAsked({ position, sources_known, reachable }: Given["state"]): boolean {
  return position === null && !sources_known && reachable;
}

/** Only what has to be mended at once: it stands above the job. */
export function PositionTrouble(given: Given) {
  const standing = usePosition(given);
  if (standing?.state !== "missing" || standing.urgency !== "now" || isAsked(given.state)) return null;
  return <p class="position"><Said {...given} standing={standing} /></p>;
}

function Position(given: Given) {
  const standing = usePosition(given);
  if (standing === null) return <span class="quiet">{given.say("position.off")}</span>;
  return <Said {...given} standing={standing} />;
}

function Said({ state, say, standing }: Given & { standing: Standing }) {
  const { trouble } = state;
  if (isAsked(state)) return <span class="chip">{say("position.looking")}</span>;
  const { source } = standing;
  if (standing.state === "missing") {
    const looking = trouble === null && standing.urgency === "calm";
    const nobody = looking ? say("position.looking") : source === null ? say("position.nobody") : say("position.nobody_since", { age: duration(source.age_s, say) });
    return <span class={`chip ${CHIPS[standing.urgency]}`} data-urgency={standing.urgency}>{nobody} {say(trouble === null ? "position.help.none" : `position.help.${trouble}`)}</span>;
  }
  const { from } = standing.source;
  const name = typeof from === "string" ? say(`position.${from}`) : from.app;
  const kind = standing.state === "stale" ? "polling" : "live";
  return <span class={`chip ${kind}`}>{say("position.source", { name, age: duration(standing.source.age_s, say) })}</span>;
}
