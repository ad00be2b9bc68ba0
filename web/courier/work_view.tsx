// The next stop in large words, then what comes after it, then what could be taken.
import { DoorClosed, MapPinned, Navigation, PackageCheck, Phone } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { inARow } from "../shared/in_a_row.ts";
import { Link } from "../shared/link.tsx";
import { measured } from "../shared/numbers.ts";
import { problemOf } from "../shared/problems.ts";
import type { Person } from "../shared/session.ts";
import { clock, stretch } from "../shared/times.ts";
import { unconfirmed } from "./actions.ts";
import { AskTwice } from "./ask_twice.tsx";
import { fetchReader } from "./barcodes/reading.ts";
import { type Job, type Stop, awayM, isYetToCome, navigationLink, stopOf, waitsUntil } from "./jobs.ts";
import { BringBack } from "./bring_back.tsx";
import { holds } from "./goods.ts";
import { GiveBack } from "./give_back.tsx";
import { Held } from "./held.tsx";
import { cameTo, heldOf } from "./held_steps.ts";
import { type Given, hereOf, useNow } from "./given.ts";
import { OfferList } from "./offer_list.tsx";
import { answerable } from "./offers.ts";
import { payWords } from "./pay.ts";
import { PositionTrouble, Strip } from "./strip.tsx";
import { requiredAt } from "./questions.ts";
import { Refused, refusedOf } from "./refused.tsx";
import type { Notice, WorkState } from "./work_state.ts";
import { pathOf } from "./views.ts";
import { WaitingList } from "./waiting_list.tsx";
import type { Spoken } from "./words.ts";

// More letters than fill two lines of a phone at the size of an answer.
const LONG = 36;
const ELSEWHERE = 4409; // the close code of a device that has connected again

/** One order, whatever there is to do: what was done a moment ago, the next stop, duty and position, the rest. */
export function WorkView(given: Given & { person: Person; signOut: () => Promise<void> }) {
  const { work, state, view, say } = given;
  const now = useNow(); // an offer ends by itself
  const chosen = view.name === "job" ? state.jobs.find((job) => job.id === view.id) : undefined;
  const next = chosen ?? state.jobs[0];
  const others = state.jobs.filter((job) => job !== next);
  const asked = answerable(state.offers, work.serverNow()).length > 0;
  const scanned = state.jobs.some((job) => requiredAt("pickup", job).includes("barcode") || requiredAt("deliver", job).includes("barcode"));
  useEffect(() => {
    if (scanned && state.reachable) fetchReader();
  }, [scanned, state.reachable]);
  const refused = refusedOf(state.actions);
  const untold = [...heldOf(state.actions, now), ...(state.notice?.fee === undefined ? [] : refused)]; // of these something else is said
  const isTold = state.notice !== null && !untold.some((one) => one.delivery_id === state.notice?.delivery_id);
  const failed = state.problem === null ? "" : problemOf(state.problem, say);
  return (
    <>
      <Held {...given}>{isTold && state.notice?.fee !== undefined && <Told {...given} notice={state.notice} />}</Held>
      <Refused actions={refused} language={given.language} say={say} />
      {isTold && state.notice !== null && state.notice.fee === undefined && <Told {...given} notice={state.notice} />}
      {state.ended === ELSEWHERE && (
        <p class="notice card" role="status">
          <span>{say("link.elsewhere")}</span>
          <button type="button" class="button" onClick={() => work.takeOver()}>{say("link.here")}</button>
        </p>
      )}
      {failed !== "" && <p class="problem card" role="alert">{failed}</p>}
      {state.known_jobs === null && state.problem === null && <p class="quiet" role="status">{say(state.reachable ? "loading" : "error.offline.page")}</p>}
      {view.name === "job" && chosen === undefined && state.known_jobs !== null && <p class="quiet card" role="status">{say("jobs.gone")}</p>}
      <OfferList {...given} />
      <PositionTrouble {...given} />
      {next !== undefined && <NextStop {...given} job={next} />}
      {next === undefined && !asked && state.known_jobs !== null && (
        <section class="stop card">
          <h1 tabIndex={-1} class="answer">{say(state.profile?.is_available === true ? "jobs.none" : "jobs.off_duty")}</h1>
          <p class="quiet">{say(state.profile?.is_available === true ? "jobs.none.help" : "jobs.off_duty.help")}</p>
        </section>
      )}
      <Strip {...given} />
      {others.length > 0 && (
        <section aria-labelledby="others">
          <h2 id="others">{say("jobs.others", { count: others.length })}</h2>
          <ol class="list">
            {others.map((job) => (
              <li key={job.id}>
                <Link class="card row" href={pathOf({ name: "job", id: job.id })}>
                  <strong>{waitsUntil(job, now) === null ? say(stopOf(job).kind === "pickup" ? "stop.pickup" : "stop.dropoff") : say("wait.again", { at: clock(waitsUntil(job, now) ?? 0, now, given.language) })}</strong> <span>{stopOf(job).address}</span>
                </Link>
              </li>
            ))}
          </ol>
        </section>
      )}
      <WaitingList {...given} />
      <Leaving {...given} />
    </>
  );
}

function NextStop({ work, state, language, say, job }: Given & { job: Job }) {
  const stop = stopOf(job);
  const verb = stop.kind === "pickup" ? "pickup" : "deliver";
  const here = hereOf({ work, state });
  const away = awayM(here, stop.point);
  const known = state.known_jobs?.find((one) => one.id === job.id);
  const later = waitsUntil(job, work.now());
  return (
    <section class={later === null ? "stop card" : "stop card later"} data-stop={stop.kind} aria-labelledby="next">
      {/* Beside the words and not below them: it goes by itself, and what is below does not move. */}
      <p class="quiet kicker">
        <span>{say(stop.kind === "pickup" ? "stop.pickup" : "stop.dropoff")}</span>
        {known !== undefined && known.status !== job.status && <span class="chip polling">{say("stop.saved")}</span>}
      </p>
      <h1 id="next" tabIndex={-1} class={stop.address.length > LONG ? "answer long" : "answer"}>{stop.address}</h1>
      <p class="facts">
        {away !== null && <span class="number">{say("stop.away", { distance: measured(away, language, here?.accuracy) })}</span>}
        {(job.priority === "urgent" || job.priority === "high") && <strong class="pressing">{say(`priority.${job.priority}`)}</strong>}
        {stop.due_at !== null && later === null && <span>{say(`stop.${stop.due}`, { at: clock(stop.due_at, Date.now(), language) })}</span>}
        {job.return_of !== null && <strong>{say("return.leg")}</strong>}
        <span>{stop.contact}</span>
        {stop.kind === "pickup" && <span>{say("stop.then", { address: job.delivery_address })}</span>}
      </p>
      {later !== null && <p class="instructions"><strong>{say("wait.again", { at: clock(later, Date.now(), language) })}{say("sentence.end")}</strong> {say("wait.help")}</p>}
      {stop.kind === "dropoff" && job.next_try !== null && job.next_try.ends_at !== null && (
        <p class="instructions">{say("attempt.window", stretch(Date.parse(job.next_try.starts_at), Date.parse(job.next_try.ends_at), Date.now(), language))}</p>
      )}
      {stop.kind === "dropoff" && job.attempts_left >= 0 && (job.attempts.length > 0 || job.attempts_left !== known?.attempts_left) && (
        <p class="quiet" data-attempts-left={job.attempts_left}>{say(job.attempts_left === 0 ? "attempt.none_left" : "attempt.left", { count: job.attempts_left })}</p>
      )}
      {stop.kind === "pickup" && isYetToCome(job.ready_at, work.now()) && <p class="instructions">{say("stop.ready", { at: clock(Date.parse(job.ready_at ?? ""), Date.now(), language) })}</p>}
      <Details job={job} stop={stop} say={say} />
      <div class="ways">
        <a class="button" href={navigationLink(stop, navigator.userAgent)} rel="noreferrer"><Icon of={Navigation} />{say("stop.navigate")}</a>
        {stop.phone !== null && <a class="button" href={`tel:${stop.phone}`} aria-label={say("stop.call", { name: stop.contact })}><Icon of={Phone} />{say("stop.call.short")}</a>}
      </div>
      <Link class={later === null ? "button first large" : "button"} href={pathOf({ name: verb, id: job.id })}>
        <Icon of={stop.kind === "pickup" ? PackageCheck : MapPinned} />{say(stop.kind === "pickup" ? "stop.pick_up" : later === null ? "stop.hand_over" : "wait.now")}
      </Link>
      {stop.kind === "dropoff" && (
        <Link class="button" href={pathOf({ name: "attempt", id: job.id })}><Icon of={DoorClosed} />{say("attempt.button")}</Link>
      )}
      {known?.return_of === null && stop.kind === "dropoff" && (known.attempts.length > 0 || job.attempts_left < known.attempts_left) && (
        job.attempts_left > 0 ? <p class="quiet small">{say("bring_back.when")}</p> : <BringBack key={`back-${job.id}`} work={work} say={say} job={job} />
      )}
      {known?.status === "assigned" && job.status === "assigned" && <GiveBack key={job.id} work={work} say={say} job={job} />}
    </section>
  );
}

/** Whether the server knows of what this phone did. */
function Told({ work, state, say, language, notice }: Given & { notice: Notice }) {
  return (
    <p class={notice.fee === undefined ? "notice card" : "notice card past"} role="status">
      <span>
        {noticeText(notice, say)}{notice.fee !== undefined && notice.fee !== null && ` · ${payWords(notice.fee, state.duty, language, say)}`}
        {notice.fee !== undefined && <CameTo of={notice} state={state} say={say} />}
      </span>
      <button type="button" class="button" onClick={() => work.hideNotice()}>{say("notice.seen")}</button>
    </p>
  );
}

function CameTo({ of, state, say }: { of: Notice; state: WorkState; say: Given["say"] }) {
  const came = cameTo(of.delivery_id, of.key === "notice.attempted" ? "attempts" : "deliver", state.actions);
  return <span class={`came chip ${came === "confirmed" ? "live" : "polling"}`} data-came={came}>{say(came === "saved" && !state.reachable ? "held.offline" : `queue.${came}`)}</span>;
}

function noticeText({ key, title, count = 1 }: Notice, say: Given["say"]): string {
  if (key === "notice.sent_already") return say(key, { count, title });
  return say(key, { title: count === 1 ? title : say("held.several", { count, title }) });
}

function Details({ job, stop, say }: { job: Job; stop: Stop; say: Given["say"] }) {
  const { package_details: parcel } = job;
  const lines = [stop.instructions, job.special_instructions].filter((line) => line !== "");
  return (
    <>
      {lines.map((line) => <p key={line} class="instructions">{line}</p>)}
      <p class="quiet small">
        {inARow([
          holds(job, say),
          say("parcel.weight", { weight: parcel.weight }),
          parcel.fragile ? say("parcel.fragile") : "",
          parcel.dimensions,
          parcel.requires_signature ? say("parcel.signature") : "",
          job.tracking_number,
          job.proof?.label == null ? "" : say("parcel.label", { label: job.proof.label }),
        ])}
      </p>
    </>
  );
}

export function Leaving({ state, say, person, signOut }: Spoken & { state: WorkState; person: Person; signOut: () => Promise<void> }) {
  const [asking, setAsking] = useState(false);
  const open = unconfirmed(state.actions) + state.pings_waiting;
  useEffect(() => {
    if (open === 0) setAsking(false);
  }, [open]);
  return (
    <footer class="leaving">
      <p class="quiet small">{say("sign_in.as", { email: person.email })}</p>
      <Link class="button" href={pathOf({ name: "account" })}>{say("account")}</Link>
      <button type="button" class="button" onClick={() => (open > 0 ? setAsking(true) : void signOut())}>{say("sign_out")}</button>
      {asking && (
        <AskTwice title={say("sign_out.queue", { count: open })} yes={say("sign_out.anyway")} no={say("sign_out.stay")} onYes={() => void signOut()} onNo={() => setAsking(false)}>
          <p class="quiet">{say("sign_out.queue.help")}</p>
        </AskTwice>
      )}
    </footer>
  );
}
