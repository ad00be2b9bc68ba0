// The courier's week: when it may be asked. A night is one time here and two for the server.
import { Plus, Trash2 } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import { problemOf } from "../shared/problems.ts";
import { type Shift, overlapping, shiftsOf, stintOf, stintsOf, timeOf, weekOf } from "../shared/shifts.ts";
import { inHours, weekdayName } from "../shared/times.ts";
import { useDraft } from "../shared/drafts.ts";
import type { Given } from "./given.ts";
import { pathOf } from "./views.ts";

interface Typed {
  weekday: number;
  begins: string;
  ends: string;
}

const WEEK = [0, 1, 2, 3, 4, 5, 6];
const USUAL = { begins: "09:00", ends: "17:00" };

function typedOf(shifts: readonly Shift[]): Typed[] {
  return stintsOf(shifts).map(({ weekday, begins, ends }) => ({ weekday, begins: timeOf(begins), ends: timeOf(ends) }));
}

function readTyped(text: string): Typed[] | null {
  try {
    return text === "" ? null : (JSON.parse(text) as Typed[]);
  } catch {
    return null; // what a newer release kept
  }
}

export function ShiftsView({ work, state, say, language }: Given) {
  const draft = useDraft("shifts", { typed: "" });
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState("");
  const [saved, setSaved] = useState(false);
  const planned = state.duty === null ? null : typedOf(state.duty.shifts);
  const typed = readTyped(draft.form.typed) ?? planned;
  const newest = useRef("");
  newest.current = draft.form.typed;
  const change = (next: Typed[]): void => {
    setSaved(false);
    draft.change({ typed: JSON.stringify(next) });
  };
  const stints = (typed ?? []).map((one) => stintOf(one.weekday, one.begins, one.ends));
  const whole = stints.filter((one) => one !== null);
  const wrong = overlapping(whole);
  const clashing = (at: number): boolean => stints[at] !== null && wrong.has(whole.indexOf(stints[at] as (typeof whole)[number]));
  const save = async (): Promise<void> => {
    setProblem("");
    if (whole.length < stints.length) return setProblem(say("shifts.no_time"));
    if (wrong.size > 0) return setProblem(say("shifts.overlap"));
    setSaving(true);
    const sent = newest.current;
    try {
      await work.plan(shiftsOf(whole));
      if (newest.current === sent) draft.drop(); // what was typed meanwhile is not saved
      setSaved(true);
    } catch (error) {
      setProblem(problemOf(error, say));
    }
    setSaving(false);
  };
  useEffect(() => {
    if (problem !== "") document.querySelector<HTMLElement>('.week [aria-invalid="true"]')?.focus();
  }, [problem]);
  return (
    <section class="week">
      <h1 tabIndex={-1}>{say("shifts.title")}</h1>
      <p class="quiet">{say("shifts.help")}</p>
      {typed === null && <p class="quiet" role="status">{say(state.reachable ? "loading" : "error.offline.page")}</p>}
      {typed !== null && (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          {WEEK.map((weekday) => {
            const name = weekdayName(weekday, language);
            return (
              <fieldset key={weekday} class="card day">
                <legend>{name}</legend>
                {typed.map((one, at) =>
                  one.weekday !== weekday ? null : (
                    <Times
                      key={at}
                      of={one}
                      day={name}
                      wrong={stints[at] === null || clashing(at)}
                      overnight={(stints[at]?.ends ?? 0) > 24 * 60}
                      say={say}
                      onChange={(next) => change(typed.map((before, index) => (index === at ? next : before)))}
                      onRemove={() => change(typed.filter((_, index) => index !== at))}
                    />
                  ),
                )}
                <button type="button" class="button" aria-label={say("shifts.add.to", { day: name })} onClick={() => change([...typed, { weekday, ...USUAL }])}>
                  <Icon of={Plus} />
                  {say("shifts.add")}
                </button>
              </fieldset>
            );
          })}
          <p class="number">{say(typed.length === 0 ? "shifts.none" : "shifts.sum", { sum: inHours(weekOf(whole) * 60, say) })}</p>
          <p class="problem" role="alert">{problem}</p>
          <p role="status" class="quiet">{saved && draft.form.typed === "" ? say("shifts.saved") : ""}</p>
          <div class="ways">
            <button type="submit" class="button first large" disabled={saving}>{say(saving ? "duty.changing" : "shifts.save")}</button>
            {draft.form.typed !== "" && <button type="button" class="button" onClick={draft.drop}>{say("shifts.undo")}</button>}
          </div>
        </form>
      )}
      <p><Link class="button" href={pathOf({ name: "work" })}>{say("back")}</Link></p>
    </section>
  );
}

interface TimesGiven {
  of: Typed;
  day: string;
  wrong: boolean;
  overnight: boolean;
  say: Given["say"];
  onChange: (next: Typed) => void;
  onRemove: () => void;
}

function Times({ of, day, wrong, overnight, say, onChange, onRemove }: TimesGiven) {
  return (
    <div class="times">
      <label>
        {say("shifts.from")}
        <input type="time" aria-label={`${day}, ${say("shifts.from")}`} aria-invalid={wrong} value={of.begins} onInput={(event) => onChange({ ...of, begins: event.currentTarget.value })} />
      </label>
      <label>
        {say("shifts.to")}
        <input type="time" aria-label={`${day}, ${say("shifts.to")}`} aria-invalid={wrong} value={of.ends} onInput={(event) => onChange({ ...of, ends: event.currentTarget.value })} />
      </label>
      <button type="button" class="button" aria-label={say("shifts.remove", { day, from: of.begins, to: of.ends })} onClick={onRemove}>
        <Icon of={Trash2} />
      </button>
      {overnight && <p class="quiet small">{say("shifts.overnight")}</p>}
    </div>
  );
}
