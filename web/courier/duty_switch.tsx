// Whether the courier works: on duty, on a break that ends by itself, off duty.
import { Coffee } from "lucide";
import { useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { clock, duration } from "../shared/times.ts";
import { AskTwice } from "./ask_twice.tsx";
import { type Given, useNow } from "./given.ts";
import { useTapProblem } from "./tap_problem.ts";
import type { Duty } from "./work_state.ts";

const BREAKS_MIN = [10, 20, 30, 45];

type Question = "leave" | "break" | null;

export function DutySwitch({ work, state, say, language }: Given) {
  const [changing, setChanging] = useState(false);
  const { problem, failed, forget } = useTapProblem({ state, say });
  const [asking, setAsking] = useState<Question>(null);
  const { profile, duty } = state;
  if (profile === null) return <p class="quiet">{say("loading")}</p>;
  const on = profile.is_available;
  const rests = !on && duty?.duty === "break" && duty.break_until !== null;
  const given_back = state.jobs.filter((job) => job.status === "assigned").length;
  const change = async (to: Duty["duty"], minutes?: number): Promise<void> => {
    setAsking(null);
    setChanging(true);
    forget();
    try {
      await work.setDuty(to, minutes);
    } catch (error) {
      failed(error);
    }
    setChanging(false);
  };
  const leave = (): void => (given_back > 0 ? setAsking("leave") : void change("off"));
  return (
    <>
      <div class="duty">
        <button type="button" role="switch" aria-checked={on} class="switch" disabled={changing} onClick={() => (on ? leave() : void change("on"))}>
          <span class="knob" aria-hidden="true" />
          <span>{say(changing ? "duty.changing" : on ? "duty.on" : rests ? "duty.break" : "duty.off")}</span>
        </button>
        {on && duty !== null && (
          <button type="button" class="button" disabled={changing} onClick={() => setAsking("break")}>
            <Icon of={Coffee} />
            {say("break.take")}
          </button>
        )}
        {!profile.is_verified && <p class="quiet small">{say("duty.not_verified")}</p>}
      </div>
      {rests && (
        <div class="duty">
          <Left until={Date.parse(duty.break_until ?? "")} work={work} say={say} language={language} />
          <button type="button" class="button" disabled={changing} onClick={leave}>{say("duty.leave.yes")}</button>
        </div>
      )}
      {on && duty?.on_shift === false && <p class="quiet small">{say("duty.not_asked")}</p>}
      <p class="problem" role="alert">{problem}</p>
      {asking === "leave" && (
        <AskTwice title={say("duty.leave", { count: given_back })} yes={say("duty.leave.yes")} no={say("duty.leave.no")} onYes={() => void change("off")} onNo={() => setAsking(null)} />
      )}
      {asking === "break" && duty !== null && <BreakQuestion most={duty.break_most_min} say={say} onNo={() => setAsking(null)} onYes={(minutes) => void change("break", minutes)} />}
    </>
  );
}

function Left({ until, work, say, language }: { until: number } & Pick<Given, "work" | "say" | "language">) {
  useNow();
  const now = work.serverNow();
  const left_s = (until - now) / 1000;
  return <p class="number">{left_s > 0 ? say("break.left", { left: duration(left_s, say), at: clock(until, now, language) }) : say("break.over")}</p>;
}

function BreakQuestion({ most, say, onYes, onNo }: { most: number; say: Given["say"]; onYes: (minutes: number) => void; onNo: () => void }) {
  const choices = [...new Set([...BREAKS_MIN.filter((minutes) => minutes < most), most])];
  const [minutes, setMinutes] = useState(choices[0] ?? most);
  return (
    <AskTwice title={say("break.title")} yes={say("break.take")} no={say("duty.leave.no")} onYes={() => onYes(minutes)} onNo={onNo}>
      <p class="quiet">{say("break.help")}</p>
      <fieldset class="reasons">
        <legend class="unseen">{say("break.title")}</legend>
        {choices.map((one) => (
          <label key={one} class="check">
            <input type="radio" name="minutes" checked={one === minutes} onChange={() => setMinutes(one)} />
            {duration(one * 60, say)}
          </label>
        ))}
      </fieldset>
    </AskTwice>
  );
}
