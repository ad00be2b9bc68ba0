// The parcel was tried in vain: why each time, and when it is tried again, which a dispatcher may agree here.
import "./attempts_panel.css";
import { useState } from "preact/hooks";
import { useActing } from "../../shared/acting.ts";
import { clock, stretch, stretchToChoose } from "../../shared/times.ts";
import { type Choice, choicesOf } from "../../shared/windows_to_choose.ts";
import type { Details } from "../calls.ts";
import type { Delivery } from "../frames.ts";
import { triedOf } from "../tries.ts";
import { useLateDesk } from "./words.ts";

interface Given {
  delivery: Delivery;
  details: Details | null;
  /** What is told here has changed. */
  onChanged: () => void;
}

export function AttemptsPanel({ delivery, details, onChanged }: Given) {
  const { say, now, language, board } = useLateDesk();
  const [opened, setOpened] = useState(false);
  const open = triedOf(delivery, now) === "no_next_try";
  const attempts = details?.attempts ?? [];
  return (
    <section class="card tries" aria-labelledby="tries">
      <h3 id="tries" class="small quiet">{say("tries")}</h3>
      <p class={open ? "problem" : undefined}><NextTry delivery={delivery} /></p>
      {details !== null && <p class="small quiet">{details.attempts_left > 0 ? say("tries.left", { count: details.attempts_left }) : say("tries.none_left")}</p>}
      <ol class="history">
        {[...attempts].reverse().map((one) => (
          <li key={one.number}>
            <time class="number small quiet" dateTime={one.timestamp}>{clock(Date.parse(one.timestamp), now, language)}</time>
            <span>
              {say("tries.one", { number: one.number, why: say(`tried.${one.reason}`) })}
              <span class="quiet small">{[board.nameOf(one.transporter_id), one.note].map((part) => (part === null || part === "" ? "" : ` · ${part}`)).join("")}</span>
              {one.photo !== null && <Photo url={one.photo.url} number={one.number} />}
            </span>
          </li>
        ))}
      </ol>
      {!open && !opened && <p class="actions"><button type="button" class="button" onClick={() => setOpened(true)}>{say("tries.change")}</button></p>}
      {(open || opened) && <AgreeForm delivery={delivery} onDone={() => (setOpened(false), onChanged())} />}
    </section>
  );
}

function NextTry({ delivery: { next_try } }: { delivery: Delivery }) {
  const { say, now, language } = useLateDesk();
  if (next_try === null) return <>{say("tries.open")}</>;
  const { starts_at, ends_at } = next_try;
  const when = ends_at === null ? say("tries.at", { at: clock(starts_at, now, language) }) : say("tries.between", stretch(starts_at, ends_at, now, language));
  return <><strong>{when}</strong> <span class="quiet small">{say(`tries.by.${next_try.asked_by}`)}</span></>;
}

/** The door as its courier found it; the picture is one's own host's, whatever the site is called. */
function Photo({ url, number }: { url: string; number: number }) {
  const { say } = useLateDesk();
  const { pathname, search } = new URL(url);
  return <a href={pathname + search} target="_blank" rel="noreferrer" class="proof"><img src={pathname + search} alt={say("tries.photo", { number })} loading="lazy" /></a>;
}

function AgreeForm({ delivery, onDone }: { delivery: Delivery; onDone: () => void }) {
  const { say, changes, now, language } = useLateDesk();
  const [chosen, setChosen] = useState<Choice | null>(null);
  const acting = useActing<Choice>(say, async (wanted) => {
    await changes.tryAgain(delivery, wanted.starts_at, wanted.ends_at);
    setChosen((now) => (now === wanted ? null : now));
    onDone();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null) void acting.start(chosen);
      }}
    >
      <fieldset class="windows">
        <legend>{say("tries.when")}</legend>
        {choicesOf(now).map((one) => (
          <label key={one.starts_at} class="choice">
            <input type="radio" name="next-try" checked={one.starts_at === chosen?.starts_at} onChange={() => setChosen(one)} /> {stretchToChoose(one.starts_at, one.ends_at, now, language)}
          </label>
        ))}
      </fieldset>
      <button class="button" disabled={chosen === null || acting.pending}>{say(acting.pending ? "change.pending" : "tries.agree")}</button>
      <p class="problem" role="alert">{acting.problem}</p>
    </form>
  );
}
